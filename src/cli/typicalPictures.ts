import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { describeFileError, SpotterError } from '../core/errors.js';
import { readableStats } from '../core/folders.js';
import { plural } from '../core/plural.js';
import type { Pictures } from '../engine/quantization.js';
import { isClutter, isPhotoName } from '../gallery/photoFiles.js';
import { FileSource } from '../video/fileSource.js';
import { usePhotoArgument } from './photos.js';

/** More pictures take longer and change little. */
const MOST = 200;
/** Fewer say too little about what the cameras see. */
const LEAST = 20;
/** Frames of a recording in memory at a time. */
const SLOTS = 2;

/**
 * The photos in a folder and the folders in it, or frames of a recording: at most {@link MOST}, spread evenly.
 *
 * @param onSkipped called once for each photo that cannot be used, with a sentence
 * @throws SpotterError usage: no such folder, or too few pictures; those of recordings
 */
export async function typicalPictures(
  source: string,
  config: Config,
  onSkipped: (message: string) => void,
): Promise<Pictures> {
  const stats = readableStats(source, `--calibrate ${source}`);
  if (!stats)
    throw new SpotterError(
      'usage',
      `--calibrate ${source} does not exist; give a folder of photos or a recording`,
    );
  const pictures = stats.isDirectory() ? photosIn(source, config, onSkipped) : await framesOf(source, config);
  if (pictures.count < LEAST)
    throw new SpotterError(
      'usage',
      `--calibrate ${source} has ${plural(pictures.count, 'picture')}, too few to measure what a network computes; give at least ${LEAST}, of the kind that your cameras take`,
    );
  return pictures;
}

function photosIn(folder: string, config: Config, onSkipped: (message: string) => void): Pictures {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot read --calibrate ${folder}: ${describeFileError(cause)}; check its permissions`,
      { cause },
    );
  }
  const isShown = (name: string) => !name.split(path.sep).some(isClutter) && isPhotoName(name);
  const shown = names.filter(isShown).sort();
  const all = withoutCopies(folder, shown);
  const copies = shown.length - all.length;
  if (copies > 0)
    onSkipped(
      `${plural(copies, 'photo is a copy of another', 'photos are copies of others')} in ${folder}; left out`,
    );
  const files = all.filter((_, index) => isChosen(index, all.length));
  const skipped = new Set<string>();
  return {
    count: files.length,
    each: async (use) => {
      for (const file of files) {
        try {
          await usePhotoArgument(path.join(folder, file), config, ({ image }) => use(image));
        } catch (error) {
          if (!(error instanceof SpotterError) || !error.code.startsWith('photo.')) throw error;
          if (!skipped.has(file)) onSkipped(`${error.message}; left out`);
          skipped.add(file);
        }
      }
    },
  };
}

/** Copies of a picture say nothing new, and would pass for many faces. What cannot be read is kept, and reported when it is used. */
function withoutCopies(folder: string, names: readonly string[]): string[] {
  const sizes = names.map((name) => sizeOf(path.join(folder, name)));
  const shared = new Set<number | null>();
  const met = new Set<number | null>();
  for (const size of sizes) (met.has(size) ? shared : met).add(size);
  const seen = new Set<string>();
  return names.filter((name, index) => {
    // Only files of one size are read.
    if (!shared.has(sizes[index])) return true;
    const key = contentKey(path.join(folder, name)) ?? name;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** null: it is not there, or cannot be looked at. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}

/** null: it cannot be read. */
function contentKey(file: string): string | null {
  try {
    return statSync(file).isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;
  } catch {
    return null;
  }
}

async function framesOf(file: string, config: Config): Promise<Pictures> {
  const recording = (every: number) =>
    new FileSource({
      cameraId: 'calibration',
      file,
      maxWidth: config.video.maxWidth,
      slots: SLOTS,
      every,
      realtime: false,
      loop: false,
      deinterlace: config.video.deinterlace,
    });
  const { frames, durationMs, intervalMs } = await recording(1).open();
  const all = frames ?? Math.floor((durationMs ?? 0) / intervalMs);
  const every = Math.max(1, Math.ceil(all / MOST));
  return {
    count: Math.ceil(all / every),
    each: async (use) => {
      const source = recording(every);
      try {
        for await (const frame of source.frames()) {
          try {
            await use(frame.image);
          } finally {
            frame.release();
          }
        }
      } finally {
        source.stop();
      }
    },
  };
}

/** Whether an item is among {@link MOST} that are spread evenly over a list. */
function isChosen(index: number, length: number): boolean {
  if (length <= MOST) return true;
  return Math.floor((index * MOST) / length) !== Math.floor(((index - 1) * MOST) / length);
}
