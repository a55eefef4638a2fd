import type { Visit } from '../api/model.js';

/** A visit on the timeline, as shares of the day. */
export interface LaneSpan {
  visit: Visit;
  left: number;
  width: number;
}

export interface Lane {
  /** Of a person or a camera. */
  key: string;
  spans: LaneSpan[];
}

/** So that a short visit can be seen and clicked. */
const LEAST_WIDTH = 0.006;

/**
 * Visits as lanes over a day, the busiest lane first.
 *
 * @param from @param to bounds of the day, Unix time in ms
 * @param now where a visit that goes on ends
 */
export function lanesOf(
  visits: readonly Visit[],
  by: 'person' | 'camera',
  { from, to, now }: { from: number; to: number; now: number },
): Lane[] {
  const lanes = new Map<string, LaneSpan[]>();
  const share = (time: number) => Math.min(1, Math.max(0, (time - from) / (to - from)));
  for (const visit of visits) {
    const left = share(Date.parse(visit.startedAt));
    const end = share(visit.endedAt === null ? now : Date.parse(visit.endedAt));
    const width = Math.max(end - left, LEAST_WIDTH);
    const span = { visit, left: Math.min(left, 1 - width), width };
    lanes.set(visit[by], [...(lanes.get(visit[by]) ?? []), span]);
  }
  return [...lanes]
    .map(([key, spans]) => ({ key, spans }))
    .sort((a, b) => b.spans.length - a.spans.length || (a.key < b.key ? -1 : 1));
}
