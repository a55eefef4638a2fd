import type { Address } from '../core/address.js';
import { isPlaylistAddress, type LiveRequest } from './liveCommand.js';
import { choiceNotice, chooseStream } from './streamChoice.js';
import { type ListedStream, StreamListing } from './streamListing.js';

/** The stream that is read, and remarks on the source that are worth logging when they are new, without credentials. */
export interface StreamFound {
  kind: 'stream';
  stream: ListedStream;
  remarks: string[];
}

/** What a line of ffmpeg shows of a source: that it is to be opened in another way, or what is read. */
export type Finding = { kind: 'reopen' } | StreamFound;

/**
 * How one live source is read. A source is opened once, without a probe, in the way that fits most; where ffmpeg's report of
 * it calls for another way, it is opened again.
 */
export class LiveReading {
  readonly #name: string;
  readonly #wanted: number | null;
  #listing = new StreamListing();
  #isPlaylist: boolean;
  #stream: number;

  /** @param wanted number of the video stream to read; null for the best */
  constructor(address: Address, wanted: number | null) {
    this.#name = address.name;
    this.#wanted = wanted;
    this.#isPlaylist = isPlaylistAddress(address);
    this.#stream = wanted ?? 0;
  }

  /** The way to open the source now. */
  get request(): Pick<LiveRequest, 'isPlaylist' | 'stream'> {
    return { isPlaylist: this.#isPlaylist, stream: this.#stream };
  }

  /** The video streams that the source has, as far as ffmpeg has reported them. */
  get streams(): readonly ListedStream[] {
    return this.#listing.streams;
  }

  /** Call it before each opening. */
  begin(): void {
    this.#listing = new StreamListing();
  }

  /** Takes a line of ffmpeg. @returns what it shows of the source; null for most lines */
  take(text: string): Finding | null {
    if (!this.#isPlaylist && text.startsWith('hls: ')) {
      this.#isPlaylist = true;
      return { kind: 'reopen' };
    }
    const streams = this.#listing.add(text);
    const stream = streams && chooseStream(streams, this.#wanted);
    if (!stream) return null;
    if (stream.number !== this.#stream) {
      this.#stream = stream.number;
      return { kind: 'reopen' };
    }
    const choice = this.#wanted === null ? choiceNotice(this.#name, streams, stream) : null;
    return { kind: 'stream', stream, remarks: choice === null ? [] : [choice] };
  }
}
