/** In which pieces a TIFF is stored, which decides how much of it is decoded at a time. */
export interface TiffLayout {
  /** Rows of a strip or tile, 1 or more. */
  rows: number;
  /** In strips with the samples of a pixel side by side: these are decoded row by row, whatever their size. */
  isInterleavedStrips: boolean;
}

const MOST_ENTRIES = 4096;
const LONG = 4;
const ROWS_PER_STRIP = 278;
const PLANAR_CONFIGURATION = 284;
const TILE_LENGTH = 323;
const SEPARATE = 2;

/**
 * Reads the layout of the first picture of a TIFF (TIFF 6.0, sections 2 and 15).
 *
 * @returns null for a BigTIFF and for a file whose directory lies outside of it
 */
export function tiffLayout(file: Uint8Array): TiffLayout | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    if (view.getUint16(2, little) !== 42) return null;
    const start = view.getUint32(4, little);
    const values = new Map<number, number>();
    const count = Math.min(view.getUint16(start, little), MOST_ENTRIES);
    for (let entry = start + 2; entry < start + 2 + 12 * count; entry += 12) {
      const type = view.getUint16(entry + 2, little);
      const value = type === LONG ? view.getUint32(entry + 8, little) : view.getUint16(entry + 8, little);
      values.set(view.getUint16(entry, little), value);
    }
    const tileRows = values.get(TILE_LENGTH);
    const rows = tileRows ?? values.get(ROWS_PER_STRIP) ?? Number.POSITIVE_INFINITY;
    const isSeparate = values.get(PLANAR_CONFIGURATION) === SEPARATE;
    return { rows: Math.max(1, rows), isInterleavedStrips: tileRows === undefined && !isSeparate };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
