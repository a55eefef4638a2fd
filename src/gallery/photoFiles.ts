/** Names of pictures that can be read: JPEG, PNG, WebP, AVIF, TIFF and GIF. The content decides what a picture is. */
const READABLE = /\.(jpe?g|jpe|jfif|png|webp|avif|tiff?|gif)$/i;
/** Names of pictures that cannot be read, unless the content is of another kind than the name. */
const DOUBTFUL = /\.(heic|heif|hif|bmp|dib|jp2|j2k|jpx|jxl)$/i;
/** TIFF files with a small preview in front, which is no photo to compare with. */
const RAW = /\.(dng|cr[23w]|nef|nrw|arw|orf|raf|rw2|pef|srw)$/i;
/** What operating systems, file servers and synchronisation leave in folders. */
const CLUTTER =
  /^(\..*|@eaDir|@Recycle|@Recently-Snapshot|#recycle|#snapshot|lost\+found|\$RECYCLE\.BIN|System Volume Information|Thumbs\.db|desktop\.ini|__MACOSX|ds_store)$/i;
const TO_JPEG = 'which cannot be read; convert it to JPEG';

/** Formats by the first bytes of their files. */
const SIGNATURES = [
  ['BMP', 'BM'],
  ['JPEG 2000', '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['JPEG XL', '\xff\x0a', '\0\0\0\x0cJXL '],
];

/** Formats that can be read, by the first bytes of their files. */
const ENDINGS: [ending: string, start: RegExp][] = [
  ['.jpg', /^\xff\xd8\xff/],
  ['.png', /^.PNG\r\n/s],
  ['.webp', /^RIFF....WEBP/s],
  ['.gif', /^GIF8[79]a/],
  ['.tif', /^(II\*|MM.\*)/s],
  ['.avif', /^....ftyp.{0,40}avif/s],
];

/** Whether a file in a gallery is named as a picture. */
export function isPhotoName(name: string): boolean {
  return READABLE.test(name) || DOUBTFUL.test(name) || RAW.test(name);
}

/** Whether a file or folder is no part of a gallery. */
export function isClutter(name: string): boolean {
  return CLUTTER.test(name);
}

/** Why a picture of this name is not opened, one sentence; null when it is. */
export function namedAsUnreadable(name: string): string | null {
  return RAW.test(name) ? `is a raw file of a camera, ${TO_JPEG}` : null;
}

/** The usual ending of the file of a picture that can be read, by its first bytes; null for anything else. */
export function endingOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return ENDINGS.find(([, start]) => start.test(text))?.[0] ?? null;
}

/** Why a picture of a format that the decoder lacks cannot be read, one sentence; null for every other file. */
export function foreignFormat(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (/^....ftyp(hei[cxms]|hev[cx]|mif1|msf1)/s.test(text) && !text.includes('avif'))
    return `is a HEIC picture, ${TO_JPEG}; iPhones save JPEG with Settings > Camera > Formats > Most Compatible`;
  const [format] = SIGNATURES.find(([, ...starts]) => starts.some((start) => text.startsWith(start))) ?? [];
  return format === undefined ? null : `is a ${format} picture, ${TO_JPEG}`;
}
