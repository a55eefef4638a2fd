import { z } from 'zod';
import { type Landmarks, landmarksOf } from '../face/detection.js';
import type { FaceMark } from '../face/faceMark.js';

/** Longer texts are not of spotter. */
const MAX_LENGTH = 64 * 1024;
const MAX_DEPTH = 20;
/** The box of a face may reach out of a picture by this. */
const OUTSIDE = 0.5;

const position = z.coerce
  .number()
  .min(-OUTSIDE)
  .max(1 + OUTSIDE);
const length = z.coerce
  .number()
  .gt(0)
  .max(1 + 2 * OUTSIDE);
const points = z
  .string()
  .transform((text) =>
    text
      .trim()
      .split(/[\s,]+/)
      .map(Number),
  )
  .pipe(
    z
      .array(
        z
          .number()
          .min(-OUTSIDE)
          .max(1 + OUTSIDE),
      )
      .length(10),
  );
const region = z.object({
  Landmarks: points,
  Aligned: points,
  Score: z.coerce.number().min(0).max(1),
  Pattern: z.string().regex(/^([0-9a-f]{2})+$/),
  Area: z.object({ x: position, y: position, w: length, h: length }),
});

/**
 * The mark that spotter has saved in a picture; see markText in face/faceMark. Face regions of other programs have no landmarks.
 *
 * @param xmp of the file
 * @returns null without a mark, with several, and where it is damaged
 */
export async function savedMark(xmp: string): Promise<FaceMark | null> {
  if (xmp.length > MAX_LENGTH || !xmp.includes('Landmarks')) return null;
  // Loaded only when used.
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    processEntities: false,
    parseAttributeValue: false,
    parseTagValue: false,
  });
  try {
    const marks = marksIn(parser.parse(xmp), 0);
    return marks.length === 1 ? marks[0] : null;
  } catch {
    return null;
  }
}

/** Programs that save XMP again may write attributes as elements, so the names alone decide. */
function marksIn(node: unknown, depth: number): FaceMark[] {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return [];
  const found = region.safeParse(node);
  if (found.success) return [markFrom(found.data)];
  return Object.values(node).flatMap((child) => marksIn(child, depth + 1));
}

function markFrom({ Area: { x, y, w, h }, ...mark }: z.output<typeof region>): FaceMark {
  return {
    box: { x1: x - w / 2, y1: y - h / 2, x2: x + w / 2, y2: y + h / 2 },
    landmarks: landmarksFrom(mark.Landmarks),
    aligned: landmarksFrom(mark.Aligned),
    score: mark.Score,
    pattern: Uint8Array.from(Buffer.from(mark.Pattern, 'hex')),
  };
}

function landmarksFrom(numbers: readonly number[]): Landmarks {
  return landmarksOf((index) => [numbers[2 * index], numbers[2 * index + 1]]);
}
