import { onTestFinished } from 'vitest';
import { schema } from '../../src/config/schema.js';
import type { SpotterEvent } from '../../src/events/event.js';
import { InView } from '../../src/events/inView.js';
import type { EventLog } from '../../src/events/log/eventLog.js';
import { SharedFeed, type SharedFeedOptions } from '../../src/supervisor/sharedFeed.js';
import { SinkSet } from '../../src/supervisor/sinkSet.js';
import { clusterNode, type TestNode } from './cluster.js';
import { configWith } from './engine.js';
import { openLog } from './log.js';
import { recordedLog } from './logger.js';
import { temporaryFolder } from './temporary.js';

export interface FeedNode {
  shared: SharedFeed;
  /** Where it stores its own events. */
  own: EventLog;
  /** What it has read, in order. */
  read: SpotterEvent[];
  /** What it has logged. */
  messages: string[];
  node: TestNode;
  /** How often the log of the feed has started anew. */
  restarts: () => number;
  /** Its webhook, where it has one. */
  sinks: SinkSet;
  stop: () => Promise<void>;
}

/** A node of a cluster that publishes and reads events, joined. Ends with the test. @param data its folder, of an earlier one */
export async function feedNode(
  name: string,
  servers: readonly { url: string }[],
  data = temporaryFolder(),
  more: Partial<SharedFeedOptions> & { webhook?: string; maxMegabytes?: number } = {},
): Promise<FeedNode> {
  const { webhook, maxMegabytes = 64, ...others } = more;
  const { log: own } = await openLog({ folder: data });
  const { logger, messages } = recordedLog();
  const read: SpotterEvent[] = [];
  let restarts = 0;
  let node: TestNode | null = null;
  const shared = new SharedFeed(own, {
    cleanse: (event) => event,
    config: () =>
      configWith((config) => {
        config.data = data;
      }).config,
    cluster: {
      node: name,
      serverTime: (at) => node?.cluster.clock.at(at) ?? null,
      isCurrent: () => true,
    },
    logger,
    onRemoved: () => {},
    onRestart: () => restarts++,
    onPublished: () => {},
    publishVisit: (draft) => own.append([shared.named(draft)]),
    onSender: (isSender) => void sinks.activate(isSender),
    sinks: () => [],
    ...others,
  });
  const webhooks = webhook === undefined ? [] : [{ id: 'hook', url: webhook }];
  const sinks = new SinkSet({
    config: schema.parse({ data, webhooks }),
    source: shared.log,
    cursors: shared.sinks,
    deadLetters: shared.sinks,
    inView: new InView(),
    version: '1.2.3',
    observer: { onEvent: () => {}, onRetry: () => {} },
    log: { info: (_, text) => messages.push(text), warn: (_, text) => messages.push(text) },
    secrets: () => [],
    cluster: {
      installation: () => '0123456789ab',
      mayDeliver: () => shared.isSender,
      hasOthers: () => (node?.cluster.membership.others.length ?? 0) > 0,
    },
  });
  shared.subscribe((event) => read.push(event));
  await shared.start();
  await sinks.start();
  const identity = {
    ...{ node: name, session: `${Math.random()}`, installation: `of ${name}`, version: '1.2.3' },
    startedAt: '2026-01-01T00:00:00.000Z',
  };
  const parts = await shared.parts(identity);
  node = clusterNode(name, servers, { maxMegabytes }, parts);
  await node.cluster.start();
  const stop = async () => {
    await sinks.stop();
    await node?.cluster.stop();
    await shared.stop();
    await own.stop();
  };
  onTestFinished(stop);
  return { shared, own, read, messages, node, restarts: () => restarts, sinks, stop };
}
