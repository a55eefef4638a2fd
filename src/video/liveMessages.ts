import type { Size } from '../core/geometry.js';
import { type Complaint, Complaints } from './complaints.js';
import type { DecodeMessage } from './ffmpegMessage.js';
import { parseSize } from './streamLine.js';
import { type ListedStream, StreamListing } from './streamListing.js';

/** Relative difference of two aspect ratios that are still the same shape. Sizes are rounded: 1280x720 and 640x368 match. */
const SAME_SHAPE = 0.05;
/** Useless warnings about motion JPEG and about cameras with uneven timestamps, which are reported in our words. */
const NOISE =
  /deprecated pixel format used|Non-monoton(ous|ic) DTS|DTS \d+ < \d+ out of order|time discontinuity detected/;
/** A decoder of video. Some complain while they wait for a keyframe. */
const DECODER = /^(h264|hevc|mpeg4|vp8|vp9|av1|libdav1d): /;

/** What ffmpeg's messages about one live source lead to. */
export interface LiveMessagesOptions {
  /** The address leads to a playlist (HLS). */
  onPlaylist: () => void;
  /** Called once per decoder, before its first frame, with every video stream of the source. */
  onStreams: (streams: readonly ListedStream[]) => void;
  /** The shape of the pictures has changed; sizes in px, as shown. */
  onReshaped: (before: Size, after: Size) => void;
  /** A warning or error that says something new; may contain credentials. */
  onWarning: (text: string) => void;
}

/** Reads what ffmpeg reports about a live source. */
export class LiveMessages {
  readonly #options: LiveMessagesOptions;
  #listing = new StreamListing();
  #sendsVideo = false;
  readonly #complaints = new Complaints();
  #usesHardware = false;
  #size: Size | null = null;

  constructor(options: LiveMessagesOptions) {
    this.#options = options;
  }

  /** Whether video has arrived, decodable or not. */
  get sendsVideo(): boolean {
    return this.#sendsVideo;
  }

  /** The video streams of the source, as far as they are reported. */
  get streams(): readonly ListedStream[] {
    return this.#listing.streams;
  }

  /** The most frequent warning or error, which may contain credentials; null without one. */
  get complaint(): Complaint | null {
    return this.#complaints.most;
  }

  /** Whether a hardware decoder was found. */
  get usesHardware(): boolean {
    return this.#usesHardware;
  }

  /** The source is decoded anew, in another way. */
  restart(): void {
    this.#listing = new StreamListing();
    this.#sendsVideo = false;
    this.#complaints.clear();
  }

  read({ level, text }: DecodeMessage): void {
    if (text.startsWith('hls: ')) this.#options.onPlaylist();
    const size = parseSize(text);
    if (size) this.#checkShape(size);
    const streams = this.#listing.add(text);
    if (streams) this.#options.onStreams(streams);
    this.#sendsVideo ||= this.streams.length > 0 || DECODER.test(text);
    if (/Using auto hwaccel/.test(text)) this.#usesHardware = true;
    if (/hwaccel initiali[sz]ation returned error/.test(text)) this.#usesHardware = false;
    if (level === 'info' || NOISE.test(text)) return;
    this.#complaints.add(text);
    this.#options.onWarning(text);
  }

  /** Runs before the timestamp of the first frame of that shape arrives: no stretched frame is ever offered. */
  #checkShape(size: Size): void {
    const first = this.#size ?? size;
    this.#size = first;
    const change = size.width / size.height / (first.width / first.height);
    if (Math.abs(change - 1) > SAME_SHAPE) this.#options.onReshaped(first, size);
  }
}
