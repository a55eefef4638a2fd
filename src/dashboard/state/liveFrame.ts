import type { Verdict } from '../api/model.js';

/** A face in a frame. */
export interface FrameBox {
  track: string;
  /** x1, y1, x2, y2 as fractions of width and height. */
  box: [number, number, number, number];
  verdict: Verdict | null;
  person: string | null;
  displayName: string | null;
  similarity: number | null;
}

/** A frame of a camera with the faces in it. */
export interface LiveFrame {
  camera: string;
  /** When it was captured: ISO 8601, or Unix time in ms. */
  at: string | number;
  width: number;
  height: number;
  boxes: FrameBox[];
  jpeg: Blob;
}

const HEADER_BYTES = 4;

/**
 * Takes a binary message apart: 4 bytes with the length of the header (big-endian), the header as JSON, the JPEG.
 *
 * @throws RangeError, SyntaxError when it is none
 */
export function parseFrame(message: ArrayBuffer): LiveFrame {
  const length = new DataView(message).getUint32(0);
  const header = new TextDecoder().decode(new Uint8Array(message, HEADER_BYTES, length));
  const jpeg = new Blob([new Uint8Array(message, HEADER_BYTES + length)], { type: 'image/jpeg' });
  return { ...JSON.parse(header), jpeg };
}
