import { onTestFinished } from 'vitest';
import { secretsOf } from '../../src/config/mask.js';
import { schema } from '../../src/config/schema.js';
import type { SpotterEvent } from '../../src/events/event.js';
import { InView } from '../../src/events/inView.js';
import { type SinkConfig, SinkSet } from '../../src/supervisor/sinkSet.js';
import { MemoryLog } from './eventLog.js';
import { temporaryFolder } from './temporary.js';

export interface Sinks {
  set: SinkSet;
  inView: InView;
  log: MemoryLog;
  lines: string[];
  /** Commits an event and refreshes the set, as the supervisor does. */
  publish(change?: Partial<SpotterEvent>): SpotterEvent;
  config(change: { webhooks?: object[]; mqtt?: object }): SinkConfig;
}

/**
 * The sinks of a configuration with the cameras `door` and `yard`; not started.
 *
 * @param people in the gallery; null: not read yet
 */
export function sinkSet(
  change: { webhooks?: object[]; mqtt?: object },
  log = new MemoryLog(),
  people: string[] | null = ['alice', 'bob'],
): Sinks {
  const data = temporaryFolder();
  const config = (other: object) => schema.parse({ data, ...other });
  const first = config(change);
  const lines: string[] = [];
  const inView = new InView();
  const set = new SinkSet({
    config: first,
    source: log,
    cursors: log,
    deadLetters: log,
    inView,
    version: '1.2.3',
    observer: { onEvent: () => {}, onRetry: () => {} },
    log: {
      info: ({ sink }, text) => lines.push(`${sink}: ${text}`),
      warn: ({ sink }, text) => lines.push(`${sink}: ${text}`),
    },
    secrets: () => secretsOf(first),
  });
  onTestFinished(() => set.stop());
  set.cameraState('door', 'live');
  set.cameraState('yard', 'connecting');
  const settings = { displayName: 'Alice B.', threshold: null, notify: true, note: null, validUntil: null };
  if (people) set.setPeople(people, { alice: settings });
  const publish = (event?: Partial<SpotterEvent>) => {
    const committed = log.commit(event);
    if (inView.notePublished(committed)) set.refresh();
    return committed;
  };
  return { set, inView, log, lines, publish, config };
}
