import { describeError, type ErrorCode, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { type Complaint, quoteComplaint } from './complaints.js';
import type { DecodeEnd } from './ffmpeg.js';
import {
  CLOSES_EARLY,
  detail,
  type LiveEnd,
  noVideo,
  RULES,
  redirectSentence,
  stillImage,
  tlsSentence,
  withoutAddresses,
} from './liveFaultRules.js';
import { unreachedName } from './unreachedName.js';

/**
 * Whether ffmpeg did not recognise the stream, so that the server's content type may explain why. ffmpeg 9 reports a
 * response that is not a video and ends like a broken connection.
 */
export function isUnrecognised({ messages }: DecodeEnd): boolean {
  return messages.some((text) => /invalid data found|input\/output error/i.test(text));
}

/** Whether ffmpeg's demuxer of multipart streams has lost its way in a malformed one. */
function isMisframed({ messages }: DecodeEnd): boolean {
  return messages.some((text) => text.startsWith('mpjpeg: '));
}

/**
 * Whether an HTTP stream that ffmpeg could not read may be motion JPEG in malformed parts.
 *
 * @param frames complete frames received
 * @param contentType null when the server was not asked or did not answer
 */
export function mayBeMotionJpeg(end: DecodeEnd, frames: number, contentType: string | null): boolean {
  if (frames > 1) return false;
  const isMultipart = contentType === null || contentType.startsWith('multipart/');
  return isMisframed(end) || (frames === 0 && isUnrecognised(end) && isMultipart);
}

/**
 * The error of a live source whose decoder ended without being asked to. Exit code 0 is an error too: ffmpeg ends with 0
 * when the far end closes the stream.
 */
export function faultOf(end: LiveEnd): SpotterError {
  if (end.signal !== null) {
    const sentence = `ffmpeg was killed by ${end.signal} from outside; check whether memory ran out`;
    return fault('camera.ended', end.cameraId, sentence);
  }
  if (end.code === null) return fault('ffmpeg.failed', end.cameraId, end.messages.join('; '));
  return end.frames === 0 ? neverBegan(end) : ended(end);
}

/**
 * The error for a source without a frame within `limitMs` of connecting: camera.unreachable.
 *
 * @param complaint what ffmpeg complains of most, without credentials
 */
export function noPictureYet(
  cameraId: string,
  name: string,
  limitMs: number,
  complaint: Complaint | null,
): SpotterError {
  const reason = complaint ? `, ${quoteComplaint(complaint)}` : '';
  // What was said once may have nothing to do with it.
  const advice =
    complaint && complaint.count > 1
      ? "check the camera's codec and stream settings, because the stream may not be what its description says"
      : 'check that the camera is on and streams';
  const sentence = `no picture from ${name} within ${seconds(limitMs)}${reason}; ${advice}`;
  return fault('camera.unreachable', cameraId, sentence);
}

/**
 * The error for a source that sends video without a keyframe for `limitMs` from the start: camera.no_video.
 *
 * @param complaint what ffmpeg complains of most, without credentials
 */
export function noKeyframe(
  cameraId: string,
  name: string,
  limitMs: number,
  complaint: Complaint | null,
): SpotterError {
  const reason = complaint ? ` (${quoteComplaint(complaint)})` : '';
  const sentence = `${name} sends video, but none that can be decoded within ${seconds(limitMs)}${reason}; shorten the keyframe interval of the camera, switch off H.264+ and H.265+, or select another codec`;
  return fault('camera.no_video', cameraId, sentence);
}

/** The error for a source that was live and has sent no frame for `limitMs`: camera.stalled. */
export function stalled(cameraId: string, name: string, limitMs: number): SpotterError {
  const sentence = `no picture from ${name} for ${seconds(limitMs)}; check the camera and the network`;
  return fault('camera.stalled', cameraId, sentence);
}

/**
 * The error for a source whose pictures have another shape than before: camera.reshaped. It has to be reopened, because ffmpeg
 * would stretch its frames to the size of the first one.
 *
 * @param before px, as shown, likewise `after`
 */
export function reshaped(cameraId: string, name: string, before: Size, after: Size): SpotterError {
  const change = `from ${before.width}x${before.height} to ${after.width}x${after.height}`;
  const sentence = `the picture of ${name} has changed ${change}; the stream is reopened, no action is needed`;
  return fault('camera.reshaped', cameraId, sentence);
}

/** The error for a playlist (HLS) with files for TLS: camera.address. */
export function noTlsForPlaylist(cameraId: string, name: string): SpotterError {
  const sentence = `${name} sends a playlist (HLS), whose segments ffmpeg reads without certificates and unverified; remove tls, or give another stream of the camera`;
  return fault('camera.address', cameraId, sentence);
}

/** The error for what failed here rather than at the far end. @param redact masks secrets */
export function ownFault(cause: unknown, cameraId: string, redact: (text: string) => string): SpotterError {
  if (cause instanceof SpotterError) return fault(cause.code, cameraId, cause.message, cause);
  const sentence = `reading the stream failed (${redact(describeError(cause))}); please report it`;
  return fault('internal', cameraId, sentence);
}

/** An error of a live source: the sentence, preceded by the camera's id. */
export function fault(code: ErrorCode, cameraId: string, sentence: string, cause?: unknown): SpotterError {
  return new SpotterError(code, `camera ${cameraId}: ${sentence}`, { cause });
}

function neverBegan(end: LiveEnd): SpotterError {
  const { cameraId, name, contentType, redirect } = end;
  if (redirect !== null) return fault('camera.unreachable', cameraId, redirectSentence(name, redirect));
  if (contentType?.includes('text/html')) {
    const sentence = `${name} sends a web page, not a video; give the address of the stream itself, not of the page`;
    return fault('camera.no_video', cameraId, sentence);
  }
  if (contentType?.startsWith('image/')) return fault('camera.no_video', cameraId, stillImage(end));
  if (end.tlsAnswer === 'wants_certificate' || (end.tlsAnswer === 'open' && end.kind === 'rtsp'))
    return fault('camera.unreachable', cameraId, tlsSentence(end));
  const messages = withoutAddresses(end.messages);
  const rule = RULES.find(({ pattern }) => messages.some((text) => pattern.test(text)));
  const isVideo = contentType === null || /^(video|multipart)\/|mpegurl/i.test(contentType);
  if (rule === CLOSES_EARLY && !isVideo) return fault('camera.no_video', cameraId, noVideo(end));
  if (rule) return fault(rule.code, cameraId, rule.sentence({ ...end, name: unreachedName(end) }));
  if (end.code === 0)
    return fault(
      'camera.ended',
      cameraId,
      `${name} ends the stream before the first picture; check the camera`,
    );
  const sentence = `ffmpeg cannot decode what ${name} sends${detail(end)}; check the camera's stream settings`;
  return fault('camera.no_video', cameraId, sentence);
}

function ended(end: LiveEnd): SpotterError {
  const { cameraId, name, frames, messages } = end;
  if (messages.some((text) => /timed out/i.test(text)))
    return fault('camera.stalled', cameraId, `${name} has stopped sending; check the camera and the network`);
  if (isMisframed(end)) {
    const sentence = `${name} sends a malformed multipart stream, which broke off after ${frames} pictures; set input.format to mjpeg`;
    return fault('camera.ended', cameraId, sentence);
  }
  if (frames === 1 && end.code === 0) return fault('camera.no_video', cameraId, stillImage(end));
  const sentence = `${name} has ended the stream after ${frames} pictures; check the camera and the network`;
  return fault('camera.ended', cameraId, sentence);
}

/** A time for messages, such as `1.5 s`. */
export function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
