import type { Size } from '../core/geometry.js';

/** A video stream of a source. Cover pictures are not counted. */
export interface VideoStream extends Size {
  /** From 0; ffmpeg's `V:N`. */
  number: number;
  /** Marked by the container as the one to play. */
  isDefault: boolean;
}

/**
 * The stream to read: of those that the container marks as default, or of all when it marks none, the one with the
 * largest frames. The first of equals wins.
 *
 * @param wanted number of the stream that was asked for; null for the rule above
 * @returns undefined when there is no such stream
 */
export function chooseStream<S extends VideoStream>(
  streams: readonly S[],
  wanted: number | null,
): S | undefined {
  if (wanted !== null) return streams.find(({ number }) => number === wanted);
  const marked = streams.filter(({ isDefault }) => isDefault);
  const area = ({ width, height }: VideoStream) => width * height;
  return (marked.length > 0 ? marked : streams).reduce<S | undefined>(
    (best, one) => (best && area(best) >= area(one) ? best : one),
    undefined,
  );
}

/** The streams in one line, such as `0: 160x90, 1: 640x360 (default)`. */
export function listStreams(streams: readonly VideoStream[]): string {
  return streams
    .map(({ number, width, height, isDefault }) => {
      const size = width > 0 && height > 0 ? `${width}x${height}` : 'unknown size';
      return `${number}: ${size}${isDefault ? ' (default)' : ''}`;
    })
    .join(', ');
}

/** What to report of a source with several video streams; null when there is only one. */
export function choiceNotice(
  name: string,
  streams: readonly VideoStream[],
  chosen: VideoStream,
): string | null {
  if (streams.length < 2) return null;
  return `${name} has ${streams.length} video streams (${listStreams(streams)}); reading ${chosen.number}; to read another, set video.stream or scan with --stream`;
}
