import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../core/address.js';
import { type DeinterlaceSetting, deinterlaceFilters } from './deinterlace.js';
import { isPlaylistAddress, type LiveRequest } from './liveCommand.js';
import { choiceNotice, chooseStream } from './streamChoice.js';
import { type ListedStream, StreamListing } from './streamListing.js';
import { canMapTones, type Hdr, noToneMapping, TONE_MAPPED } from './toneMapping.js';

/** The stream that is read, and remarks on the source that are worth logging when they are new, without credentials. */
export interface StreamFound {
  kind: 'stream';
  stream: ListedStream;
  remarks: string[];
}

/** What a line of ffmpeg shows of a source: that it is to be opened in another way, or what is read. */
export type Finding = { kind: 'reopen' } | StreamFound;

/** What the configuration asks for. */
export interface ReadingSettings {
  /** Number of the video stream to read; null for the best. */
  stream: number | null;
  deinterlace: DeinterlaceSetting;
}

/**
 * How one live source is read. A source is opened once, without a probe, in the way that fits most; where ffmpeg's report of
 * it calls for another way, it is opened again.
 */
export class LiveReading {
  readonly #name: string;
  readonly #settings: ReadingSettings;
  #listing = new StreamListing();
  #isPlaylist: boolean;
  #stream: number;
  #isInterlaced = false;
  #hdr: Hdr | null = null;
  #canMapTones = true;

  constructor(address: Address, settings: ReadingSettings) {
    this.#name = address.name;
    this.#settings = settings;
    this.#isPlaylist = isPlaylistAddress(address);
    this.#stream = settings.stream ?? 0;
  }

  /** The way to open the source now. */
  get request(): Pick<LiveRequest, 'isPlaylist' | 'stream' | 'deinterlacing' | 'hdr'> {
    return {
      isPlaylist: this.#isPlaylist,
      stream: this.#stream,
      deinterlacing: deinterlaceFilters(this.#settings.deinterlace, this.#isInterlaced),
      hdr: this.#canMapTones ? this.#hdr : null,
    };
  }

  /** The video streams that the source has, as far as ffmpeg has reported them. */
  get streams(): readonly ListedStream[] {
    return this.#listing.streams;
  }

  /** Call it before each opening. */
  async begin(): Promise<void> {
    this.#listing = new StreamListing();
    if (this.#hdr) this.#canMapTones = await canMapTones();
  }

  /** Takes a line of ffmpeg. @returns what it shows of the source; null for most lines */
  take(text: string): Finding | null {
    if (!this.#isPlaylist && text.startsWith('hls: ')) {
      this.#isPlaylist = true;
      return { kind: 'reopen' };
    }
    const wanted = this.#settings.stream;
    const streams = this.#listing.add(text);
    const stream = streams && chooseStream(streams, wanted);
    if (!stream) return null;
    const before = this.request;
    this.#stream = stream.number;
    this.#isInterlaced = stream.isInterlaced;
    this.#hdr = stream.hdr;
    if (!isDeepStrictEqual(this.request, before)) return { kind: 'reopen' };
    const choice = wanted === null ? choiceNotice(this.#name, streams, stream) : null;
    const tones = this.#hdr && !this.#canMapTones ? noToneMapping(this.#name) : null;
    return {
      kind: 'stream',
      stream: this.request.hdr ? { ...stream, colour: TONE_MAPPED } : stream,
      remarks: [choice, tones].filter((remark) => remark !== null),
    };
  }
}
