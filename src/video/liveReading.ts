import type { Address } from '../core/address.js';
import { isPlaylistAddress } from './liveCommand.js';
import { chooseStream } from './streamChoice.js';
import type { ListedStream } from './streamListing.js';

/** Demuxers of streams without timestamps: ffmpeg invents them. */
const UNTIMED_DEMUXERS: readonly (string | null)[] = ['mjpeg', 'mpjpeg', 'h264', 'hevc'];

/** How a live source is read, as far as it is known by now. */
export class LiveReading {
  /** Whether the source is on the network. */
  readonly isNetwork: boolean;
  readonly #isHttp: boolean;
  readonly #wanted: string | null;
  readonly #wantedStream: number | null;
  #demuxer: string | null;
  #isPlaylist: boolean;
  #stream: number;

  /**
   * @param demuxer that of the configuration; null for the one that ffmpeg chooses
   * @param stream number of the video stream to read; null for the best
   */
  constructor(address: Address, demuxer: string | null, stream: number | null) {
    this.#isHttp = address.kind === 'http' || address.kind === 'https';
    this.isNetwork = address.kind !== 'device' && address.kind !== 'test';
    this.#wanted = demuxer;
    this.#demuxer = demuxer;
    this.#wantedStream = stream;
    this.#stream = stream ?? 0;
    this.#isPlaylist = demuxer === null ? isPlaylistAddress(address) : demuxer === 'hls';
  }

  get isHttp(): boolean {
    return this.#isHttp;
  }

  get isPlaylist(): boolean {
    return this.#isPlaylist;
  }

  /** Number of the video stream that is read. */
  get stream(): number {
    return this.#stream;
  }

  /** Whether the stream was chosen here and not by the configuration. */
  get choosesStream(): boolean {
    return this.#wantedStream === null;
  }

  /** null for the one that ffmpeg chooses. */
  get demuxer(): string | null {
    return this.#demuxer;
  }

  /** Whether ffmpeg's choice of a demuxer was wrong, and another one is used. */
  get isCorrected(): boolean {
    return this.#demuxer !== this.#wanted;
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
  choose(streams: readonly ListedStream[]): ListedStream | null {
    const chosen = chooseStream(streams, this.#wantedStream) ?? null;
    if (chosen) this.#stream = chosen.number;
    return chosen;
  }

  /** Whether the timestamps are the source's. @param codec ffmpeg's name of it */
  isTimed(codec: string): boolean {
    return !(this.#isHttp && (codec === 'mjpeg' || UNTIMED_DEMUXERS.includes(this.#demuxer)));
  }
}
