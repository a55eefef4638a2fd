import type { SpotterEvent } from '../api/model.js';
import { cameraName, nameOf } from '../state/household.js';
import { clockOf, dayOf, lengthOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.detail;

/** What else is known of an event. */
export function EventFacts({ event }: { event: SpotterEvent }) {
  const { capturedAt, publishedAt, track, zones, runnerUp, odds, camera } = event;
  const facts: [string, string | null][] = [
    [t.at, `${dayOf(capturedAt)}, ${clockOf(capturedAt)}`],
    [t.delay, lengthOf(Date.parse(publishedAt) - Date.parse(capturedAt))],
    [texts.history.camera, cameraName(camera)],
    [t.track, track],
    [t.zones, zones.length > 0 ? zones.join(', ') : null],
    [t.runnerUp, runnerUp === null ? null : nameOf(runnerUp)],
    [t.odds, odds === null ? null : oddsText(odds)],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** `1 : 12,000`. */
function oddsText(odds: number): string {
  const against = 1 / Math.max(odds, 1e-6);
  return `1 : ${odds < 1e-6 ? '> ' : ''}${Math.round(against).toLocaleString()}`;
}
