import path from 'node:path';
import type { Config } from '../config/schema.js';
import { makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';
import { checkOutputPlace, type OutputKind, outputRefusal } from './outputFile.js';

const PICTURE: OutputKind = { what: 'picture', example: 'camera.jpg' };

/**
 * The file for a camera's picture: the one that was asked for, or one in the data folder, which need not exist yet.
 *
 * @throws SpotterError usage when the one that was asked for cannot be written
 */
export function picturePlace(asked: string | undefined, id: string, { data, gallery }: Config): string {
  if (asked === undefined) return path.join(data, `trial-${id}.jpg`);
  checkOutputPlace(asked, gallery.folder, PICTURE);
  return asked;
}

/** Writes a picture, readable by its owner only, whole or not at all. @throws SpotterError usage */
export function savePicture(file: string, jpeg: Uint8Array): void {
  try {
    makePrivateFolder(path.dirname(path.resolve(file)));
    writePrivateFile(path.resolve(file), jpeg);
  } catch (cause) {
    throw outputRefusal(file, PICTURE, cause);
  }
}
