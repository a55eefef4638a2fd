import type { VideoStream } from './streamChoice.js';
import { parseStreamLine, type StreamLine } from './streamLine.js';

/** A stream with its number among the video streams of its source. */
export type ListedStream = StreamLine & VideoStream;

/** Collects what ffmpeg reports of the video streams of a source. */
export class StreamListing {
  readonly streams: ListedStream[] = [];
  #isComplete = false;

  /**
   * Takes a line of ffmpeg at level info.
   *
   * @returns the streams, once: with the line behind the last of them
   */
  add(text: string): readonly ListedStream[] | null {
    // Later lines describe the output.
    if (this.#isComplete) return null;
    const stream = parseStreamLine(text);
    if (stream) this.streams.push({ ...stream, number: this.streams.length });
    this.#isComplete = text === 'Stream mapping:';
    return this.#isComplete ? this.streams : null;
  }
}
