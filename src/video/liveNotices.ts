import { type Complaint, quoteComplaint } from './complaints.js';
import type { LiveClockFault } from './freshness.js';
import { seconds } from './liveFault.js';

/** Log lines about live sources that go on. `name` is the source without credentials. */

/** The clock of a source is wrong. */
export function clockNotice(fault: LiveClockFault, name: string): string {
  return fault === 'jump'
    ? `the clock of ${name} has jumped; faces in view are checked again`
    : `the timestamps of ${name} stand still or keep jumping; its frames are taken by their arrival`;
}

/** What a decoder reports of a stream of another codec or profile, not of one that is joined between two keyframes. */
const UNDECODABLE = /unsupported|not implemented|not supported/i;

/** Video arrives, but begins in the middle of a group of pictures. */
export function keyframeNotice(
  name: string,
  sinceMs: number,
  limitMs: number,
  complaint: Complaint | null,
): string {
  const reason = complaint ? ` (${quoteComplaint(complaint)})` : '';
  const waiting = `${name} sends video, but no keyframe for ${seconds(sinceMs)}${reason}; waiting for one for up to ${seconds(limitMs)}`;
  const isOther = complaint !== null && UNDECODABLE.test(complaint.text);
  return isOther
    ? `${waiting}. The stream may not be what its description says: check the camera's codec`
    : `${waiting}. A shorter keyframe interval in the camera helps`;
}

/** A multipart stream is read as plain motion JPEG. */
export function multipartNotice(name: string): string {
  return `the multipart stream of ${name} is malformed and read as plain Motion JPEG; set input.format to mjpeg to do so at once`;
}
