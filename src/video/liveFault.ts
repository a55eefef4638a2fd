import { type ErrorCode, SpotterError } from '../core/errors.js';
import type { DecodeEnd } from './ffmpeg.js';

/** What a live source knows of itself when its decoder has ended. */
export interface LiveEnd extends DecodeEnd {
  cameraId: string;
  /** Host and port, or the device, without credentials. */
  name: string;
  hasCredentials: boolean;
  transport: 'tcp' | 'udp';
  hardware: string;
  /** Whole pictures that came. */
  frames: number;
  /** What an HTTP server says it sends, where somebody asked it. */
  contentType: string | null;
  /** Takes credentials out of what ffmpeg says. */
  scrub: (text: string) => string;
}

interface Rule {
  pattern: RegExp;
  code: ErrorCode;
  sentence: (end: LiveEnd) => string;
}

const BREAKS_OFF: Rule = {
  pattern: /connection reset|broken pipe|end of file|input\/output error/i,
  code: 'camera.unreachable',
  sentence: ({ name }) => `${name} breaks the connection off before the first picture; check the camera`,
};

/** The first that fits counts. The words are those of ffmpeg 4 to 9 and of the C library. */
const BEFORE_THE_FIRST_PICTURE: Rule[] = [
  {
    pattern: /(failed: |error |returned )401|authorization failed/i,
    code: 'camera.auth',
    sentence: ({ name, hasCredentials }) =>
      hasCredentials
        ? `${name} refuses the user name or the password; check both in the camera's url`
        : `${name} wants a user name and a password; add them to the camera's url`,
  },
  {
    pattern: /(failed: |error |returned )403|access denied/i,
    code: 'camera.auth',
    sentence: ({ name }) => `${name} does not let this user see the pictures; give the user that right`,
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
    pattern: /(failed: |error |returned )4/i,
    code: 'camera.unreachable',
    sentence: (end) => `${end.name} refuses the request${said(end)}; check the path in the camera's url`,
  },
  {
    pattern: /(failed: |error |returned )5/i,
    code: 'camera.unreachable',
    sentence: (end) => `${end.name} answers with a fault of its own${said(end)}; restart it if that stays so`,
  },
  {
    pattern: /failed to resolve|name or service not known|temporary failure in name/i,
    code: 'camera.unreachable',
    sentence: ({ name }) =>
      `the name of ${name} is not known to this network; check the host in the camera's url`,
  },
  {
    pattern: /v4l2: .*no such (file|device)/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `there is no device ${name}; plug it in or check the camera's url`,
  },
  {
    pattern: /v4l2: .*permission denied/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} may not be opened by this user; add the user to the video group`,
  },
  {
    pattern: /v4l2: .*resource busy/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} is in use by another program; end that program`,
  },
  {
    pattern: /v4l2: (not a video capture device|ioctl\(VIDIOC_QUERYCAP\))/i,
    code: 'camera.no_video',
    sentence: ({ name }) => `${name} is no camera; give the device of one, such as device:/dev/video0`,
  },
  {
    pattern: /no route to host|network is unreachable|host is (down|unreachable)/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `there is no way from here to ${name}; check cables, network and address`,
  },
  {
    pattern: /connection refused/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `nobody listens at ${name}; check the port and that the camera streams`,
  },
  {
    pattern: /timed out/i,
    code: 'camera.unreachable',
    sentence: ({ name }) => `${name} does not answer in time; check that the camera is on and reachable`,
  },
  {
    pattern: /tls|ssl|certificate/i,
    code: 'camera.unreachable',
    sentence: (end) => `no safe connection to ${end.name}${said(end)}; try the address without the s`,
  },
  {
    pattern: /protocol not found|unknown input format|not on whitelist/i,
    code: 'camera.address',
    sentence: (end) =>
      `this ffmpeg cannot open such an address${said(end)}; give another, or a full ffmpeg build`,
  },
  {
    pattern: /device setup failed|hwaccel.*cannot be initialized|unrecognized hwaccel/i,
    code: 'camera.no_video',
    sentence: ({ hardware }) =>
      `this machine cannot decode with ${hardware}; set hardware to auto or none, or install its driver`,
  },
  {
    pattern: /matches no streams/i,
    code: 'camera.no_video',
    sentence: ({ name }) =>
      `${name} sends sound or data only, no pictures; give the address of a video stream`,
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
  BREAKS_OFF,
];

/**
 * Whether it may be worth asking the server what it sends: ffmpeg made nothing of it. For what is no video and ends, ffmpeg 9
 * has no other word than for a connection that breaks.
 */
export function isUnrecognised({ messages }: DecodeEnd): boolean {
  return messages.some((text) => /invalid data found|input\/output error/i.test(text));
}

/**
 * Why a live source's decoder has ended, as an error. Every end that nobody asked for is one: ffmpeg ends with code 0
 * when the far end goes away.
 */
export function faultOf(end: LiveEnd): SpotterError {
  if (end.signal !== null) {
    const sentence = `ffmpeg was killed by ${end.signal} from outside; look for a lack of memory`;
    return fault('camera.ended', end.cameraId, sentence);
  }
  return end.frames === 0 ? neverBegan(end) : ended(end);
}

/** No picture within the time given to connect. */
export function noPictureYet(cameraId: string, name: string, limitMs: number): SpotterError {
  const sentence = `no picture from ${name} within ${seconds(limitMs)}; check that the camera is on and streams`;
  return fault('camera.unreachable', cameraId, sentence);
}

/** Pictures came, and then no more. */
export function stalled(cameraId: string, name: string, limitMs: number): SpotterError {
  const sentence = `no picture from ${name} for ${seconds(limitMs)}; check the camera and the network`;
  return fault('camera.stalled', cameraId, sentence);
}

/** Its pictures have become wider or narrower: only when opened anew they are not stretched to the first one's size. */
export function reshaped(cameraId: string, name: string, before: number, after: number): SpotterError {
  const change = `from ${before.toFixed(2)} to ${after.toFixed(2)} times as wide as high`;
  const sentence = `the pictures of ${name} have changed their shape (${change}); it is opened again, nothing is to be done`;
  return fault('camera.ended', cameraId, sentence);
}

/** An error of a live source, its sentence behind the camera's name. */
export function fault(code: ErrorCode, cameraId: string, sentence: string, cause?: unknown): SpotterError {
  return new SpotterError(code, `camera ${cameraId}: ${sentence}`, { cause });
}

function neverBegan(end: LiveEnd): SpotterError {
  const { cameraId, name, contentType } = end;
  if (contentType?.includes('text/html')) {
    const sentence = `${name} sends a web page, no video; give the address of the stream itself, not of the page`;
    return fault('camera.no_video', cameraId, sentence);
  }
  if (contentType?.startsWith('image/')) return fault('camera.no_video', cameraId, stillImage(end));
  // Without addresses: a host may have any name, and a port any number.
  const messages = end.messages.map((text) => text.replace(/\w+:\/\/\S+/g, ''));
  const rule = BEFORE_THE_FIRST_PICTURE.find(({ pattern }) => messages.some((text) => pattern.test(text)));
  const isVideo = contentType === null || /^(video|multipart)\/|mpegurl/i.test(contentType);
  if (rule === BREAKS_OFF && !isVideo) return fault('camera.no_video', cameraId, noVideo(end));
  if (rule) return fault(rule.code, cameraId, rule.sentence(end));
  if (end.code === 0)
    return fault(
      'camera.ended',
      cameraId,
      `${name} ends the stream before the first picture; check the camera`,
    );
  const sentence = `ffmpeg makes no picture of what ${name} sends${said(end)}; check the camera's stream settings`;
  return fault('camera.no_video', cameraId, sentence);
}

function ended(end: LiveEnd): SpotterError {
  const { cameraId, name, frames, messages } = end;
  if (messages.some((text) => /timed out/i.test(text)))
    return fault('camera.stalled', cameraId, `${name} has fallen silent; check the camera and the network`);
  if (frames === 1 && end.code === 0) return fault('camera.no_video', cameraId, stillImage(end));
  const sentence = `${name} has ended the stream after ${frames} pictures; check the camera and the network`;
  return fault('camera.ended', cameraId, sentence);
}

function stillImage({ name }: LiveEnd): string {
  return `${name} sends a single picture, no video; give the address of a stream, not of a snapshot`;
}

function noVideo({ name }: LiveEnd): string {
  return `what ${name} sends is no video that ffmpeg knows; check the path in the camera's url`;
}

function said({ messages, scrub }: LiveEnd): string {
  const last = messages.at(-1);
  // The address travels in a script on stdin.
  return last === undefined ? '' : ` (${scrub(last).replace(/^pipe:0: /, '')})`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
