import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../core/address.js';
import { type DeinterlaceSetting, deinterlaceFilters } from './deinterlace.js';
import { isPlaylistAddress, type LiveRequest } from './liveCommand.js';
import { choiceNotice, chooseStream } from './streamChoice.js';
import type { ListedStream } from './streamListing.js';
import { canMapTones, type Hdr, noToneMapping, TONE_MAPPED } from './toneMapping.js';

/** Demuxers of streams without timestamps: ffmpeg invents them. */
const UNTIMED_DEMUXERS: readonly (string | null)[] = ['mjpeg', 'mpjpeg', 'h264', 'hevc'];

/** What the configuration asks for. */
export interface ReadingSettings {
  /** Demuxer to use; null for the one that ffmpeg chooses. */
  demuxer: string | null;
  /** Number of the video stream to read; null for the best. */
  stream: number | null;
  deinterlace: DeinterlaceSetting;
}

/** What the streams of a source show: that it is to be opened in another way, or which one is read, with remarks to log. */
export type Finding = { kind: 'reopen' } | { kind: 'stream'; stream: ListedStream; remarks: string[] };

/**
 * How one live source is read. A source is opened once, without a probe, in the way that fits most; where ffmpeg's report of
 * it calls for another way, it is opened again.
 */
export class LiveReading {
  /** Whether the source is on the network. */
  readonly isNetwork: boolean;
  readonly #isHttp: boolean;
  readonly #name: string;
  readonly #settings: ReadingSettings;
  #demuxer: string | null;
  #isPlaylist: boolean;
  #stream: number;
  #isInterlaced = false;
  #hdr: Hdr | null = null;
  #canMapTones = true;

  constructor(address: Address, settings: ReadingSettings) {
    const { demuxer, stream } = settings;
    this.#isHttp = address.kind === 'http' || address.kind === 'https';
    this.isNetwork = address.kind !== 'device' && address.kind !== 'test';
    this.#name = address.name;
    this.#settings = settings;
    this.#demuxer = demuxer;
    this.#stream = stream ?? 0;
    this.#isPlaylist = demuxer === null ? isPlaylistAddress(address) : demuxer === 'hls';
  }

  /** The way to open the source now. */
  get request(): Pick<LiveRequest, 'isPlaylist' | 'demuxer' | 'stream' | 'deinterlacing' | 'hdr'> {
    return {
      isPlaylist: this.#isPlaylist,
      demuxer: this.#demuxer,
      stream: this.#stream,
      deinterlacing: deinterlaceFilters(this.#settings.deinterlace, this.#isInterlaced),
      hdr: this.#canMapTones ? this.#hdr : null,
    };
  }

  /** Call it before each opening. */
  async prepare(): Promise<void> {
    if (this.#hdr) this.#canMapTones = await canMapTones();
  }

  get isHttp(): boolean {
    return this.#isHttp;
  }

  /** Whether ffmpeg's choice of a demuxer was wrong, and another one is used. */
  get isCorrected(): boolean {
    return this.#demuxer !== this.#settings.demuxer;
  }

  /** Whether motion JPEG may be tried after ffmpeg's own choice has failed. */
  get mayBeMotionJpeg(): boolean {
    return this.#isHttp && this.#demuxer === null && !this.#isPlaylist;
  }

  /** What looked like a stream is a playlist. @returns false when that was known */
  asPlaylist(): boolean {
    const isNew = !this.#isPlaylist;
    this.#isPlaylist = true;
    return isNew;
  }

  /** What ffmpeg cannot read is motion JPEG. */
  asMotionJpeg(): void {
    this.#demuxer = 'mjpeg';
  }

  /** Chooses the stream to read. @returns null when the source does not have the one of the configuration */
  choose(streams: readonly ListedStream[]): Finding | null {
    const { stream: wanted } = this.#settings;
    const stream = chooseStream(streams, wanted);
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

  /** Whether the timestamps are the source's. @param codec ffmpeg's name of it */
  isTimed(codec: string): boolean {
    return !(this.#isHttp && (codec === 'mjpeg' || UNTIMED_DEMUXERS.includes(this.#demuxer)));
  }
}
