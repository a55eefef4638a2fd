/** What precedes the JPEG in a binary message. */
export interface PictureHeader {
  camera: string;
  /** ISO 8601: when the frame was in memory. */
  at: string;
  /** Of the picture, px. */
  width: number;
  height: number;
  /** The faces in this very frame. */
  boxes: readonly object[];
}

const LENGTH_BYTES = 4;

/** A binary message: the length of the header in 4 bytes, big-endian; the header as JSON in UTF-8; the JPEG. */
export function pictureMessage(header: PictureHeader, jpeg: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, jpeg]);
}
