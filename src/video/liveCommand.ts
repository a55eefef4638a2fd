import type { Address } from '../core/address.js';
import { SpotterError } from '../core/errors.js';
import { aspectFilters } from './aspect.js';
import type { DecodeCommand } from './ffmpeg.js';
import type { FfmpegAbilities } from './ffmpegVersion.js';
import { concatScript, movieScript, type Option } from './inputScript.js';
import { type Rotation, TURNS } from './rotation.js';
import { STAMPED } from './stamps.js';
import { SIZED } from './streamLine.js';
import type { TlsFiles } from './tlsTunnel.js';
import { type Hdr, toneFilters } from './toneMapping.js';

/** How to open a live source, and which frames to make of it. */
export interface LiveRequest {
  address: Address;
  /** Whether the address leads to a playlist (HLS), which gives its frames in bursts. */
  isPlaylist: boolean;
  /** HTTP only: the demuxer that reads the stream; null where its content or type decides. */
  demuxer: string | null;
  /** Number of the video stream to read, from 0. */
  stream: number;
  /** RTSP only. */
  transport: 'tcp' | 'udp';
  /** Most frames per second; null for all. */
  fps: number | null;
  /** Wider frames are scaled down to this width, px. */
  maxWidth: number;
  /** Clockwise, in degrees. */
  rotate: Rotation;
  /** Filters that deinterlace. Default none. */
  deinterlacing?: readonly string[];
  /** Shape of the picture before the rotation, such as `16:9`; null: as the source states. Default null. */
  aspect?: string | null;
  /** HDR to convert; null for none. Default null. */
  hdr?: Hdr | null;
  /** Hardware decoder: ffmpeg's `-hwaccel`. */
  hardware: 'none' | 'auto' | 'vaapi' | 'cuda' | 'qsv' | 'videotoolbox';
  /** https only: PEM files. Default none. */
  tls?: TlsFiles;
  /** ffmpeg's own input options, already checked against a list of allowed ones. */
  input: Readonly<Record<string, string | number | undefined>>;
  /** How long ffmpeg itself waits for the far end: a safety net behind the watchdog, should this process be gone. */
  timeoutMs: number;
}

/** Largest width and height of a frame, px: bounds the memory that a wrong stream may take. */
export const MAX_SIDE_PX = 8192;

/** A longer step of a playlist's timestamps is a jump, s; a shorter one is waited for or caught up with. */
const JUMP_S = 10;

/** The protocols each kind of address needs and no others: no address may lead to local files. */
const PROTOCOLS = {
  rtsp: 'rtp,tcp,udp',
  rtsps: 'rtp,tcp,udp,tls,srtp',
  http: 'http,https,tcp,tls,crypto',
  https: 'http,https,tcp,tls,crypto',
} as const;

/**
 * The decoder command for a live source. From ffmpeg 5 on the address is passed in a script on stdin, so that the process
 * list does not show its credentials; ffmpeg 4 does not support that.
 *
 * @throws SpotterError camera.address when credentials would be visible in the process list
 */
export function liveCommand(request: LiveRequest, ffmpeg: FfmpegAbilities): DecodeCommand {
  return {
    ...opening(request, ffmpeg),
    stream: request.stream,
    filters: filters(request),
    format: 'yuv4mpegpipe',
    logLevel: 'info',
  };
}

function opening(
  request: LiveRequest,
  ffmpeg: FfmpegAbilities,
): Pick<DecodeCommand, 'input' | 'inputOptions'> {
  const { address, hardware, demuxer } = request;
  const decoding = hardware === 'none' ? [] : ['-hwaccel', hardware];
  const { kind } = address;
  if (kind === 'test') {
    const pace = ['-re', '-f', 'lavfi'];
    return { input: `testsrc2=size=${address.input}:rate=25`, inputOptions: pace };
  }
  if (kind === 'device') {
    return {
      input: address.input,
      inputOptions: [...decoding, '-f', 'v4l2', ...flags(given(request.input))],
    };
  }
  const options = given(networkOptions(request, ffmpeg));
  const robust: Option = ['fflags', '+discardcorrupt'];
  const protocols: Option = ['protocol_whitelist', PROTOCOLS[kind]];
  if (ffmpeg.major >= 5 && demuxer !== null) {
    const script = movieScript(address.input, demuxer, [robust, protocols, ...options]);
    const reading = ['-protocol_whitelist', 'pipe', '-f', 'lavfi', '-graph_file', 'pipe:0'];
    return { input: { script }, inputOptions: reading };
  }
  const before = [...decoding, ...flags([robust]), '-protocol_whitelist'];
  if (ffmpeg.major >= 5) {
    return {
      input: { script: concatScript(address.input, options) },
      inputOptions: [...before, `pipe,${PROTOCOLS[kind]}`, '-f', 'concat', '-safe', '0'],
    };
  }
  if (address.secrets.length > 0) {
    throw new SpotterError(
      'camera.address',
      'a url with a user name or password needs ffmpeg 5 or newer, because older versions show it to every user of this machine; install a newer ffmpeg',
    );
  }
  const format = demuxer === null ? [] : ['-f', demuxer];
  return { input: address.input, inputOptions: [...before, PROTOCOLS[kind], ...format, ...flags(options)] };
}

function given(options: LiveRequest['input']): Option[] {
  return Object.entries(options).flatMap(([key, value]): Option[] =>
    value === undefined ? [] : [[key, String(value)]],
  );
}

function flags(options: Option[]): string[] {
  return options.flatMap(([key, value]) => [`-${key}`, value]);
}

function networkOptions(request: LiveRequest, { major, isPicky }: FfmpegAbilities): LiveRequest['input'] {
  const { address, transport, timeoutMs, input } = request;
  const timeoutUs = timeoutMs * 1000;
  // Nearly every camera has a self-signed certificate, and ffmpeg 9 is the first version to verify it.
  const trust = major >= 9 && address.kind !== 'rtsp' ? { tls_verify: 0 } : {};
  const secured = address.kind === 'https' ? { ...trust, ...certificates(request.tls) } : trust;
  if (address.kind === 'rtsp' || address.kind === 'rtsps') {
    // In ffmpeg 4, `timeout` means to listen for a connection.
    const timeout = major >= 5 ? { timeout: timeoutUs } : { stimeout: timeoutUs };
    // To prefer one transport, ffmpeg must be allowed both.
    const transports = input.rtsp_flags === 'prefer_tcp' ? 'udp+tcp' : transport;
    return { rtsp_transport: transports, ...timeout, ...trust, ...input };
  }
  // Cameras and restreamers name their segments as they like; the protocols keep them from local files.
  const anyExtension = isPicky ? { extension_picky: 0 } : {};
  const playlist = request.isPlaylist ? { live_start_index: -1, ...anyExtension } : {};
  return { rw_timeout: timeoutUs, ...playlist, ...secured, ...input };
}

function certificates({ certificate, key, ca }: Partial<TlsFiles> = {}): LiveRequest['input'] {
  return {
    ...(certificate && key && { cert_file: certificate, key_file: key }),
    ...(ca && { ca_file: ca, tls_verify: 1 }),
  };
}

/** Whether an address looks like that of a playlist (HLS). Others may lead to one, which ffmpeg reports. */
export function isPlaylistAddress({ kind, input }: Address): boolean {
  return (kind === 'http' || kind === 'https') && /\.m3u8($|\?)/i.test(input);
}

function filters(request: LiveRequest): string[] {
  const {
    fps,
    maxWidth,
    rotate,
    address,
    isPlaylist,
    deinterlacing = [],
    aspect = null,
    hdr = null,
  } = request;
  const isHttp = address.kind === 'http' || address.kind === 'https';
  return [
    // The segments of a playlist arrive at once; this spreads their frames over their playing time, also after a jump of the
    // timestamps, as an encoder that restarts makes it.
    ...(isPlaylist ? [`realtime=limit=${JUMP_S}`] : []),
    ...deinterlacing,
    ...(fps === null ? [] : [select(fps, isHttp && !isPlaylist)]),
    STAMPED,
    ...aspectFilters(aspect),
    ...TURNS[rotate],
    // ffmpeg would silently stretch later frames of another shape to the size of the first.
    `scale=w='${SIZED}+max(2,trunc(min(min(iw*sar,${maxWidth}),${MAX_SIDE_PX}*dar)/2)*2)'` +
      `:h='max(2,trunc(min(min(iw*sar,${maxWidth})/dar,${MAX_SIDE_PX})/2)*2)'` +
      ':flags=bilinear:out_range=limited',
    'setsar=1',
    ...(hdr ? toneFilters(hdr) : []),
    'format=yuv420p',
  ];
}

/**
 * Selects the first frame of every period, without the duplicates and the delay of the fps filter. Motion JPEG over HTTP
 * has no timestamps (ffmpeg assumes 25 frames per second), so the wall clock is used for it.
 *
 * A source's clock may stand still or be slow. So register 1 holds how many frames the wall clock owes: up to 4 accrue at the
 * wanted rate, and each frame pays one. Where the timestamp has not advanced, a frame is selected when one is owed; where it
 * advances too slowly, when three are, which is more than a network's hiccups owe.
 */
function select(fps: number, byWallClock: boolean): string {
  if (byWallClock) return `select='not(eq(ld(0),st(0,floor(time(0)*${fps}))))'`;
  const owed = `st(1,if(n,clip(ld(1)+(time(0)-ld(0))*${fps},0,4),1))`;
  const isNewPeriod = `not(eq(floor(t*${fps}),floor(prev_selected_t*${fps})))`;
  const isDue = `if(gt(t,prev_t),${isNewPeriod}+gte(ld(1),3),gte(ld(1),1))`;
  return `select='${owed};st(0,time(0));if(${isDue},st(1,max(ld(1)-1,0));1)'`;
}
