import { signal } from '@preact/signals';
import { addPhoto } from '../api/calls.js';
import { texts } from '../texts.js';

/** What has become of a file. */
export interface Upload {
  file: string;
  text: string;
  isFault: boolean;
}

/** Of the last files that were added, in their order. */
export const uploads = signal<readonly Upload[]>([]);

/** Types by the end of a name, for files of which the browser does not know it. */
const TYPES: Record<string, string> = {
  heic: 'image/heic',
  heif: 'image/heif',
  avif: 'image/avif',
  tiff: 'image/tiff',
  tif: 'image/tiff',
};

/** Adds photos to a person, one after another. @returns how many were added */
export async function uploadPhotos(name: string, files: readonly File[]): Promise<number> {
  uploads.value = [];
  let added = 0;
  for (const file of files) {
    const done = uploads.value;
    const line = (text: string, isFault = false) => {
      uploads.value = [...done, { file: file.name, text, isFault }];
    };
    line(texts.people.uploading(file.name));
    try {
      const { message, warnings } = await addPhoto(name, typed(file));
      added++;
      line([texts.people.uploaded(file.name), message, ...(warnings ?? [])].filter(Boolean).join('. '));
    } catch (error) {
      line(`${file.name}: ${texts.fault(error)}`, true);
    }
  }
  return added;
}

function typed(file: File): Blob {
  if (file.type !== '') return file;
  const type = TYPES[file.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'image/jpeg';
  return file.slice(0, file.size, type);
}
