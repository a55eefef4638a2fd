import type { DecodeMessage } from './ffmpegMessage.js';

/** A frame's timestamp as the source has it. */
export interface Stamp {
  /** On the source's clock; NaN where the frame has none. */
  ms: number;
  /** false for a frame that the filters leave out. */
  isKept: boolean;
}

/** ffmpeg's numbers of the levels `error` and `fatal`, which tell a frame that is kept from one that is left out. */
const KEPT = 16;
const LEFT_OUT = 8;

/** A filter that prints the timestamp of each frame that comes to it. */
export const STAMPED = `setpts='print(T,${KEPT});PTS'`;

/** A filter that prints the timestamp of every frame and keeps every n-th. */
export function everyNth(n: number): string {
  return `select='st(0,not(mod(n,${n})));print(t,if(ld(0),${KEPT},${LEFT_OUT}));ld(0)'`;
}

/**
 * Filters that put the time of day in place of the timestamps. ffmpeg's muxers refuse or change times that do not go
 * forward, and complain of each.
 */
export const UNTIMED = 'settb=1/1000000,setpts=RTCTIME';

/** What {@link STAMPED} or {@link everyNth} has printed; null for another message. */
export function parseStamp({ level, text }: DecodeMessage): Stamp | null {
  if (level !== 'error' && level !== 'fatal') return null;
  // ffmpeg 9 says who prints it.
  const seconds = /^(?:Eval: )?(-?(?:\d+\.\d{6}|nan))$/.exec(text)?.[1];
  if (seconds === undefined) return null;
  return { ms: seconds.endsWith('nan') ? Number.NaN : Number(seconds) * 1000, isKept: level === 'error' };
}
