import path from 'node:path';
import { throwIfInterrupted } from '../core/errors.js';
import type { FileGuard } from '../gallery/fileGuard.js';
import type { PhotoReport } from '../gallery/gallery.js';
import { thumbnailOf } from '../gallery/photo.js';
import { usePhotoFile } from '../gallery/photoFile.js';
import { type OutputKind, writeOutput } from './outputFile.js';
import { type ReportContent, reportParts, type Thumbnail } from './reportPage.js';

/** What {@link writeReport} needs beside the content. */
export interface ReportSources {
  /** Reads the photos. */
  guard: FileGuard;
  /** Largest photo, in millions of pixels. */
  maxMegapixels: number;
  signal: AbortSignal;
  /** Called after every photo, with the number done and the number of all. */
  onProgress: (done: number, total: number) => void;
}

/** How errors call it. */
export const REPORT: OutputKind = { what: 'report', example: 'report.html' };
/** Photos that are scaled at a time, if their memory allows. */
const AT_A_TIME = 4;
/** Longest side of a thumbnail, px, by the number of photos up to which it is used: a page stays below some 25 MB. */
const SIDES: readonly [most: number, side: number][] = [
  [2500, 176],
  [8000, 112],
  [Number.POSITIVE_INFINITY, 72],
];
/** Photos with these faults are not opened. */
const UNSHOWN: ReadonlySet<string> = new Set(['unreadable', 'too_large', 'outside']);

/**
 * Writes a report, readable by its owner only, whole or not at all.
 *
 * @throws SpotterError usage when the file cannot be written; gallery.not_found when the gallery is away; interrupted
 */
export async function writeReport(
  file: string,
  content: ReportContent,
  sources: ReportSources,
): Promise<void> {
  await writeOutput(file, reportParts(content, thumbnailsOf(content, sources)), REPORT);
}

/** Thumbnails in the order of the photos, some of them ahead of time. */
async function* thumbnailsOf(
  { audit, folder }: ReportContent,
  { guard, maxMegapixels, signal, onProgress }: ReportSources,
): AsyncGenerator<Thumbnail | null> {
  const { photos } = audit;
  const side = SIDES.find(([most]) => photos.length <= most)?.[1] ?? SIDES[0][1];
  const make = (photo: PhotoReport) => thumbnail(photo, folder, { guard, maxMegapixels, side });
  const ahead = photos.slice(0, AT_A_TIME).map(make);
  for (const index of photos.keys()) {
    throwIfInterrupted(signal);
    const next = photos[index + AT_A_TIME];
    yield await ahead[index];
    onProgress(index + 1, photos.length);
    delete ahead[index];
    if (next) ahead[index + AT_A_TIME] = make(next);
  }
}

/** null for a photo that was not read, or cannot be any more. Never rejects. */
async function thumbnail(
  { name, result }: PhotoReport,
  folder: string,
  { guard, maxMegapixels, side }: { guard: FileGuard; maxMegapixels: number; side: number },
): Promise<Thumbnail | null> {
  if ((result.state === 'unusable' && UNSHOWN.has(result.fault)) || name.endsWith('/')) return null;
  try {
    return await guard.attempt((files) =>
      usePhotoFile<Thumbnail | null>(
        path.join(folder, name),
        (bytes) => thumbnailOf(bytes, name, maxMegapixels, side),
        () => null,
        files,
      ),
    );
  } catch {
    return null;
  }
}
