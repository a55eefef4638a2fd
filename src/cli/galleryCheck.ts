import { CONNECTIONS } from '../config/unusedSections.js';
import { plural } from '../core/plural.js';
import { type Audit, type AuditNote, auditOf } from '../gallery/audit.js';
import { listSetAside } from '../gallery/setAside.js';
import { SimilarityMatrix } from '../gallery/similarityMatrix.js';
import type { Context } from './context.js';
import { REPORT, writeReport } from './galleryReport.js';
import { configOf } from './options.js';
import { checkOutputPlace } from './outputFile.js';
import { printError, printJson, printLine } from './print.js';
import { ProgressBar } from './progress.js';
import { type GalleryOptions, type OpenedGallery, readGallery } from './readGallery.js';

/** Options of `spotter gallery check`. */
export interface CheckOptions extends GalleryOptions {
  /** File for the report. */
  report?: string;
}

/** People who are named in a hint. */
const MOST_NAMED = 3;
const HINTS: [kind: AuditNote['kind'], one: string, several: string][] = [
  [
    'no_photo',
    'person has no photo in use, so nobody is recognised as them',
    'people have no photo in use, so nobody is recognised as them',
  ],
  [
    'one_photo',
    'person has one photo in use; more of other days, light and poses help',
    'people have one photo in use; more of other days, light and poses help',
  ],
  [
    'similar_looks',
    'person has photos that all look the same; others of other days, light and poses help',
    'people have photos that all look the same; others of other days, light and poses help',
  ],
];

/**
 * `spotter gallery check`: every unusable photo and invalid person.yaml, photos that look like the wrong person or add nothing, and
 * names spelled in several ways; and what to do. With `report`, also as a page with pictures.
 *
 * @returns 1 if there are any
 */
export async function check(context: Context, options: CheckOptions): Promise<number> {
  const { report } = options;
  if (report !== undefined)
    checkOutputPlace(report, configOf(options, CONNECTIONS).config.gallery.folder, REPORT);
  const opened = await readGallery(context, options);
  const { gallery, config, threshold } = opened;
  const matrix = report === undefined ? null : SimilarityMatrix.of(gallery.photos);
  const audit = auditOf(
    gallery,
    threshold,
    matrix ? (a, b, similarity) => matrix.note(a, b, similarity) : undefined,
  );
  const { unusable, faults, doubts, notes } = audit;
  if (report !== undefined && matrix) await writePage(context, report, opened, audit, matrix, options);
  const findings = [...unusable, ...faults, ...doubts];
  const { folder } = config.gallery;
  const { photos, used } = audit;
  if (options.json) printJson({ gallery: folder, photos: photos.length, used, findings, notes, report });
  else printAudit(audit, report, options.quiet === true);
  return findings.length > 0 ? 1 : 0;
}

function printAudit(
  { photos, used, unusable, faults, doubts, notes }: Audit,
  report: string | undefined,
  isQuiet: boolean,
): void {
  for (const { photo, fault, message } of [...unusable, ...doubts])
    printLine(`${photo}: ${fault}: ${message}`);
  for (const { message } of faults) printLine(message);
  const isRead = (kind: AuditNote['kind']) => kind === 'turned' || kind === 'unfit_mark';
  for (const { photo, kind, note } of notes) if (isRead(kind)) printLine(`${photo}: used, ${note}`);
  printLine(`${used} of ${plural(photos.length, 'photo')} used`);
  if (report !== undefined) printLine(`report written to ${report}`);
  if (isQuiet) return;
  for (const [kind, one, several] of HINTS) {
    const people = notes.filter((note) => note.kind === kind).map(({ person }) => person);
    if (people.length === 0) continue;
    const rest = people.length - MOST_NAMED;
    const names = [...people.slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
    printError(`note: ${people.length} ${people.length === 1 ? one : several}: ${names}`);
  }
}

async function writePage(
  { signal }: Context,
  file: string,
  { gallery, config, threshold }: OpenedGallery,
  audit: Audit,
  matrix: SimilarityMatrix,
  { quiet }: CheckOptions,
): Promise<void> {
  const { folder } = config.gallery;
  const bar = new ProgressBar('pictures', !quiet);
  const content = {
    folder,
    models: `${config.detector} and ${config.embedder}`,
    threshold,
    madeAt: new Date(),
    audit,
    matrix,
    setAside: await listSetAside(folder),
  };
  try {
    await writeReport(file, content, {
      guard: gallery.guard,
      maxMegapixels: config.photos.maxMegapixels,
      signal,
      onProgress: (done, total) => bar.show(done, total, ''),
    });
  } finally {
    bar.stop();
  }
}
