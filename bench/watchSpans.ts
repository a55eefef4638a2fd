/** A time in which a node was connected to a camera. Times are monotonic, ms. */
export interface Span {
  camera: string;
  node: string;
  fromMs: number;
  /** null while it goes on. */
  toMs: number | null;
}

/** A time in which a node stood still, so that it watched nothing although its connections were open. */
export interface Freeze {
  node: string;
  fromMs: number;
  toMs: number;
}

/**
 * The longest time in which two nodes were connected to one camera at once, ms.
 *
 * @param nowMs end of the spans that go on
 */
export function longestDouble(spans: readonly Span[], freezes: readonly Freeze[], nowMs: number): number {
  const awake = spans.flatMap((span) => withoutFreezes({ ...span, toMs: span.toMs ?? nowMs }, freezes));
  let longest = 0;
  for (const [index, a] of awake.entries())
    for (const b of awake.slice(index + 1))
      if (a.camera === b.camera && a.node !== b.node)
        longest = Math.max(longest, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs));
  return longest;
}

type EndedSpan = Span & { toMs: number };

function withoutFreezes(span: EndedSpan, freezes: readonly Freeze[]): EndedSpan[] {
  const freeze = freezes.find(
    ({ node, fromMs, toMs }) => node === span.node && fromMs < span.toMs && toMs > span.fromMs,
  );
  if (!freeze) return [span];
  const rest = freezes.filter((one) => one !== freeze);
  const parts = [
    { ...span, toMs: Math.min(span.toMs, freeze.fromMs) },
    { ...span, fromMs: Math.max(span.fromMs, freeze.toMs) },
  ];
  return parts.filter(({ fromMs, toMs }) => toMs > fromMs).flatMap((part) => withoutFreezes(part, rest));
}

/**
 * How long after a moment each camera was watched again, ms; null for one that is not.
 *
 * @param cameras those that were watched by the node until then
 * @param sinceMs when that node ended, or was cut off
 * @param node its name; null: any node may be the next one, also this one
 */
export function backAfter(
  spans: readonly Span[],
  cameras: readonly string[],
  sinceMs: number,
  node: string | null = null,
): (number | null)[] {
  return cameras.map((camera) => {
    const next = spans.filter(
      (span) => span.camera === camera && span.fromMs >= sinceMs && (node === null || span.node !== node),
    );
    return next.length === 0 ? null : Math.min(...next.map(({ fromMs }) => fromMs)) - sinceMs;
  });
}

/** A time in which nobody was connected to a camera. Times are monotonic, ms. */
export interface Hole {
  camera: string;
  fromMs: number;
  toMs: number;
}

/** Times from a moment on in which nobody was connected to a camera, by camera. A time that still lasts ends at `nowMs`. */
export function holes(
  all: readonly Span[],
  freezes: readonly Freeze[],
  sinceMs: number,
  nowMs: number,
): Hole[] {
  const spans = all.flatMap((span) => withoutFreezes({ ...span, toMs: span.toMs ?? nowMs }, freezes));
  const cameras = [...new Set(spans.map(({ camera }) => camera))];
  return cameras.flatMap((camera) => {
    const of = spans.filter((span) => span.camera === camera).sort((a, b) => a.fromMs - b.fromMs);
    const found: Hole[] = [];
    let watchedUntil = sinceMs;
    for (const { fromMs, toMs } of of) {
      if (fromMs > watchedUntil) found.push({ camera, fromMs: watchedUntil, toMs: fromMs });
      watchedUntil = Math.max(watchedUntil, toMs);
    }
    if (watchedUntil < nowMs) found.push({ camera, fromMs: watchedUntil, toMs: nowMs });
    return found;
  });
}

/** The holes that no published gap of their camera reports: one gap may report several, from the first one's beginning to the last one's end. */
export function unreportedHoles(found: readonly Hole[], gaps: readonly Hole[]): Hole[] {
  return found.filter((hole) => {
    const middleMs = (hole.fromMs + hole.toMs) / 2;
    return !gaps.some(
      ({ camera, fromMs, toMs }) => camera === hole.camera && fromMs <= middleMs && toMs >= middleMs,
    );
  });
}
