import type { LiveClockFault } from './freshness.js';

/** Log lines about live sources that go on. `name` is the source without credentials. */

/** The clock of a source is wrong. */
export function clockNotice(fault: LiveClockFault, name: string): string {
  return fault === 'jump'
    ? `the clock of ${name} has jumped; faces in view are checked again`
    : `the timestamps of ${name} stand still or keep jumping; its frames are taken by their arrival`;
}

/** A multipart stream is read as plain motion JPEG. */
export function multipartNotice(name: string): string {
  return `the multipart stream of ${name} is malformed and read as plain Motion JPEG; set input.format to mjpeg to do so at once`;
}
