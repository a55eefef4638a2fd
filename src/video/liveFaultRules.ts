import type { Address } from '../core/address.js';
import type { ErrorCode } from '../core/errors.js';
import type { FarEnd } from './farEnd.js';
import type { DecodeEnd } from './ffmpeg.js';
import type { LoginOffer } from './loginOffer.js';
import { listStreams, type VideoStream } from './streamChoice.js';

/** Everything that is known about a live source when its decoder has ended. */
export interface LiveEnd extends DecodeEnd, FarEnd {
  cameraId: string;
  /** Host and port, or the device, without credentials. */
  name: string;
  /** Of the address. */
  kind: Address['kind'];
  hasCredentials: boolean;
  /** Whether a certificate is shown to the server. */
  hasCertificate: boolean;
  transport: 'tcp' | 'udp';
  hardware: string;
  /** Number of the video stream that was read. */
  stream: number;
  /** The video streams that the source has. */
  streams: readonly VideoStream[];
  /** Complete frames received. */
  frames: number;
  /** Removes credentials from ffmpeg's messages. */
  scrub: (text: string) => string;
}

/** Turns one of ffmpeg's messages into an error of a live source. */
export interface FaultRule {
  pattern: RegExp;
  code: ErrorCode;
  /** What, where, and behind a semicolon what to do; without the camera's name. */
  sentence: (end: LiveEnd) => string;
}

/** A login, or the want of one, was refused. */
const REFUSED = /(failed: |error |returned )401|authorization failed/i;

/** Whether a server has refused a login. */
export function isRefused({ messages }: DecodeEnd): boolean {
  return withoutAddresses(messages).some((text) => REFUSED.test(text));
}

/** Messages to match with: a host name or a port may contain anything, such as 401. */
export function withoutAddresses(messages: readonly string[]): string[] {
  return messages.map((text) => text.replace(/\w+:\/\/\S+/g, ''));
}

/** The certificate of the server did not pass, in the words of the tunnel, of GnuTLS and of OpenSSL. */
const UNVERIFIED =
  /certificate (not verified|verify failed)|certificate failed verification|does not match hostname/i;

/** Whether the certificate of the server did not pass. */
export function isUnverified({ messages }: DecodeEnd): boolean {
  return messages.some((text) => UNVERIFIED.test(text));
}

/** The connection ended early. Also ffmpeg 9's message for a response that is not a video. */
export const CLOSES_EARLY: FaultRule = {
  pattern: /connection reset|broken pipe|end of file|input\/output error/i,
  code: 'camera.unreachable',
  sentence: ({ name }) => `${name} closes the connection before the first picture; check the camera`,
};

/** The sentence for a refused login, by what the server offers. */
const REFUSAL: Record<LoginOffer | 'unknown', (name: string) => string> = {
  usable: (name) => `${name} refuses the user name or the password; correct them in the camera's url`,
  other_digest: (name) =>
    `${name} asks for digest authentication with SHA-256 or another hash than MD5, which ffmpeg does not support, so no password was tried; select MD5 digest or basic authentication in the camera`,
  other: (name) =>
    `${name} offers no login that ffmpeg supports, so no password was tried; select basic or MD5 digest authentication in the camera`,
  unknown: (name) =>
    `${name} refuses the user name or the password; check both in the camera's url, and that the camera accepts basic or MD5 digest authentication (SHA-256 is not supported)`,
};

/**
 * Rules for a decoder that ended before the first frame. The first rule that matches any message wins. The patterns cover
 * the wording of ffmpeg 4 to 9 and of the C library.
 */
export const RULES: readonly FaultRule[] = [
  {
    pattern: /client certificate refused/,
    code: 'camera.unreachable',
    sentence: (end) => tlsSentence({ ...end, tlsAnswer: 'wants_certificate' }),
  },
  {
    pattern: UNVERIFIED,
    code: 'camera.unreachable',
    sentence: (end) =>
      `the certificate of ${end.name} does not pass the check with tls.ca${unverified(end)}; give the certificate that signed it, and the host name that is in it`,
  },
  {
    pattern: REFUSED,
    code: 'camera.auth',
    sentence: ({ name, hasCredentials, loginOffer }) =>
      hasCredentials
        ? REFUSAL[loginOffer ?? 'unknown'](name)
        : `${name} requires a user name and a password; add them to the camera's url`,
  },
  {
    pattern: /(failed: |error |returned )403|access denied/i,
    code: 'camera.auth',
    sentence: ({ name }) => `${name} does not let this user see the stream; grant the user that right`,
  },
  {
    pattern: /(failed: |error |returned )461|unsupported transport/i,
    code: 'camera.unreachable',
    sentence: ({ name, transport }) =>
      `${name} does not send over ${transport}; set transport to ${transport === 'tcp' ? 'udp' : 'tcp'}`,
  },
  {
    pattern: /(failed: |error |returned )404/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} has no stream under this path; check the path in the camera's url`,
  },
  {
    pattern: /failed: 453/i,
    code: 'camera.unreachable',
    sentence: (end) =>
      `${end.name} has too many viewers${status(end)}; end another one, or raise the camera's limit`,
  },
  {
    pattern: /failed: 454/i,
    code: 'camera.unreachable',
    sentence: (end) =>
      `${end.name} has ended the session before it could play${status(end)}; restart the camera if that persists`,
  },
  {
    pattern: /(failed: |error |returned )429|too many requests/i,
    code: 'camera.unreachable',
    sentence: (end) =>
      `${end.name} is asked too often${status(end)}; end another viewer, or raise the server's limit`,
  },
  {
    pattern: /(failed: |error |returned )4/i,
    code: 'camera.unreachable',
    sentence: (end) => `${end.name} refuses the request${status(end)}; check the path in the camera's url`,
  },
  {
    pattern: /(failed: |error |returned )503/i,
    code: 'camera.unreachable',
    sentence: (end) =>
      `${end.name} is busy${status(end)}; end another viewer, or restart it if that persists`,
  },
  {
    pattern: /(failed: |error |returned )5/i,
    code: 'camera.unreachable',
    sentence: (end) => `${end.name} answers with a server error${status(end)}; restart it if that persists`,
  },
  {
    pattern: /failed to resolve|name or service not known|temporary failure in name/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `the host name of ${name} cannot be resolved; check the host in the camera's url`,
  },
  {
    pattern: /v4l2: .*no such (file|device)/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `there is no device ${name}; plug it in or check the camera's url`,
  },
  {
    pattern: /v4l2: .*permission denied/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `no permission to open ${name}; add this user to the video group`,
  },
  {
    pattern: /v4l2: .*resource busy/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} is in use by another program; close that program`,
  },
  {
    pattern: /v4l2: (not a video capture device|ioctl\(VIDIOC_QUERYCAP\))/i,
    code: 'camera.no_video',
    sentence: ({ name }) => `${name} is not a camera; give the device of one, such as device:/dev/video0`,
  },
  {
    pattern: /no route to host|network is unreachable|host is (down|unreachable)/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `there is no route to ${name}; check cables, network and address`,
  },
  {
    pattern: /connection refused/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} refuses the connection; check the port and that the camera streams`,
  },
  {
    pattern: /timed out/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} does not answer in time; check that the camera is on and reachable`,
  },
  {
    pattern: /tls|ssl|certificate/i,
    code: 'camera.unreachable',
    sentence: (end) => `no TLS connection to ${end.name}${detail(end)}; try rtsp:// or http:// instead`,
  },
  {
    pattern: /protocol not found|unknown input format|not on whitelist/i,
    code: 'camera.address',
    sentence: (end) =>
      `this ffmpeg cannot open this kind of address${detail(end)}; use another, or install a full build of ffmpeg`,
  },
  {
    pattern: /device setup failed|hwaccel.*cannot be initialized|unrecognized hwaccel/i,
    code: 'camera.no_video',
    sentence: ({ hardware }) =>
      `this machine cannot decode with ${hardware}; set hardware to auto or none, or install its driver`,
  },
  {
    pattern: /^hls: empty (segment|playlist)/i,
    code: 'camera.no_video',
    sentence: ({ name }) =>
      `${name} sends a playlist (HLS) without segments; check that the camera or encoder behind it is running`,
  },
  {
    pattern: /matches no streams/i,
    code: 'camera.no_video',
    sentence: ({ name, stream, streams }) =>
      streams.length > 0
        ? `${name} has no video stream ${stream}; set video.stream to one of ${listStreams(streams)}`
        : `${name} sends sound or data only, no video; give the address of a video stream`,
  },
  {
    pattern: /^image2: |_pipe: /i,
    code: 'camera.no_video',
    sentence: (end) => stillImage(end),
  },
  {
    pattern: /invalid data found/i,
    code: 'camera.no_video',
    sentence: (end) => noVideo(end),
  },
  CLOSES_EARLY,
];

/** The sentence for a server that wants TLS, or more than that. */
export function tlsSentence({ name, kind, tlsAnswer, hasCertificate }: LiveEnd): string {
  const secure = kind === 'http' || kind === 'https' ? 'https' : 'rtsps';
  if (tlsAnswer !== 'wants_certificate')
    return `${name} speaks RTSP over TLS only; write ${secure}:// instead of ${kind}:// in the camera's url`;
  if (hasCertificate)
    return `${name} refuses the certificate of tls.certificate; give one that is valid and that the camera accepts`;
  const scheme = kind === secure ? '' : `write ${secure}:// in its url, and `;
  return `${name} wants a certificate of its client; ${scheme}set tls.certificate and tls.key of the camera to one that it accepts`;
}

/** The sentence for a server that redirects to where ffmpeg does not follow. @param redirect as in {@link FarEnd} */
export function redirectSentence(name: string, redirect: string): string {
  if (redirect === 'endless')
    return `${name} redirects from one address to the next without end; give the address of the stream itself`;
  const remedy = /^rtsps?:$/.test(redirect)
    ? `give that ${redirect}// address in the camera's url`
    : "check the path in the camera's url";
  return `${name} redirects to an address of another kind, ${redirect}, which is not followed; ${remedy}`;
}

/** Why a certificate was not accepted, in parentheses: the code of Node, else nothing. */
function unverified({ messages }: LiveEnd): string {
  const code = messages.map((text) => /not verified: ([A-Z_]+)/.exec(text)?.[1]).find(Boolean);
  return code ? ` (${code})` : '';
}

/** The sentence for a source that sends one image. */
export function stillImage({ name }: LiveEnd): string {
  return `${name} sends a single picture, not a video; give the address of a stream, not of a snapshot`;
}

/** The sentence for a source that sends something ffmpeg does not recognise. */
export function noVideo({ name, contentType }: LiveEnd): string {
  if (contentType?.startsWith('multipart/'))
    return `${name} sends a multipart stream without pictures that ffmpeg knows; select Motion JPEG in the camera`;
  if (contentType !== null && /mpegurl/i.test(contentType))
    return `${name} sends a playlist (HLS) in which ffmpeg finds no video; check that the camera or encoder behind it is running`;
  return `${name} sends no video that ffmpeg knows; check the path in the camera's url`;
}

/** The message with the status of the server in parentheses; else the last one. */
function status(end: LiveEnd): string {
  const message = end.messages.find((text) => /(failed:|error) \d{3}\b/i.test(text));
  return detail(message === undefined ? end : { ...end, messages: [message] });
}

/** ffmpeg's last message in parentheses, without credentials; empty when there is none. */
export function detail({ messages, scrub }: LiveEnd): string {
  const last = messages.at(-1);
  // ffmpeg names its input pipe:0, because the address is passed in a script on stdin.
  return last === undefined ? '' : ` (${scrub(last).replace(/^pipe:0: /, '')})`;
}
