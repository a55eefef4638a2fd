import { signal } from '@preact/signals';
import { addPhoto } from '../api/calls.js';
import { RequestFault } from '../api/transport.js';
import { peopleTexts } from '../peopleTexts.js';
import { texts } from '../texts.js';
import { whenForgotten } from './forgotten.js';
import { isolated } from './isolated.js';

/** What has become of a file. */
export interface UploadLine {
  file: string;
  text: string;
  isFault: boolean;
}

/** Files that are added to a person together. */
export interface UploadBatch {
  person: string;
  /** In the order of the files. */
  lines: readonly UploadLine[];
  isDone: boolean;
}

/** What has become of a batch. */
export interface UploadOutcome {
  /** How many files were added. */
  added: number;
  /** Why the others were not, each sentence once. */
  faults: readonly string[];
}

/** Oldest first. */
export const batches = signal<readonly UploadBatch[]>([]);

/** Types by the end of a name, for files of which the browser does not know it. */
const TYPES: Record<string, string> = {
  heic: 'image/heic',
  heif: 'image/heif',
  avif: 'image/avif',
  tiff: 'image/tiff',
  tif: 'image/tiff',
};

/** Adds photos to a person, one after another, until the person is forgotten. What has become of earlier ones is no longer shown. */
export async function uploadPhotos(person: string, files: readonly File[]): Promise<UploadOutcome> {
  dropFinished(person);
  let batch: UploadBatch = { person, lines: [], isDone: false };
  batches.value = [...batches.value, batch];
  const update = (change: Partial<UploadBatch>) => {
    const next = { ...batch, ...change };
    batches.value = batches.value.map((one) => (one === batch ? next : one));
    batch = next;
  };
  let added = 0;
  const faults = new Set<string>();
  for (const file of files) {
    // Whoever is forgotten meanwhile is not added again.
    if (!batches.value.includes(batch)) break;
    const done = batch.lines;
    const line = (text: string, isFault = false) =>
      update({ lines: [...done, { file: file.name, text, isFault }] });
    line(texts.people.uploading(file.name));
    try {
      const { message, warnings } = await send(person, file);
      added++;
      line([texts.people.uploaded(file.name), message, ...(warnings ?? [])].filter(Boolean).join('. '));
    } catch (error) {
      const fault = sentenceOf(error);
      faults.add(fault);
      line(`${isolated(file.name)}: ${fault}`, true);
    }
  }
  update({ isDone: true });
  return { added, faults: [...faults] };
}

/** Shows no longer what has become of a person's photos. */
export function dropFinished(person: string): void {
  batches.value = batches.value.filter((batch) => batch.person !== person || !batch.isDone);
}

whenForgotten((person) => {
  batches.value = batches.value.filter((batch) => batch.person !== person);
});

/** @throws Error for what cannot be a photo, without sending it; RequestFault */
async function send(person: string, file: File) {
  if (file.size === 0) throw new Error(peopleTexts.emptyFile);
  if (file.type !== '' && !file.type.startsWith('image/')) throw new Error(peopleTexts.notPicture);
  return addPhoto(person, typed(file));
}

function sentenceOf(error: unknown): string {
  return error instanceof RequestFault && error.status === 413 ? peopleTexts.tooLarge : texts.fault(error);
}

function typed(file: File): Blob {
  if (file.type !== '') return file;
  const type = TYPES[file.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'image/jpeg';
  return file.slice(0, file.size, type);
}
