import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { addCamera, type CameraEntry } from '../config/cameraEdit.js';
import type { Config } from '../config/schema.js';
import { readSharedCameras } from '../config/sharedCameras.js';
import { checkConfigWritable, writeCamera } from '../config/writeSettings.js';
import type { EditedText } from '../config/yamlText.js';
import { describeFileError, SpotterError } from '../core/errors.js';
import { writePrivateFile } from '../core/privateFile.js';
import { readShared, writeShared } from './sharedConfigAccess.js';

/** Where cameras are configured: a file, or what all nodes of a cluster share. */
export interface CameraPlace {
  /** For people. */
  name: string;
  /** The file, which relative paths start from, whether or not the cameras are in it. */
  file: string;
  isShared: boolean;
  /** With the cameras that are there. */
  config: Config;
  /** Adds a camera. @returns the lines that differ @throws SpotterError usage, config.invalid, config.changed, cluster.unreachable */
  write: (entry: CameraEntry) => Promise<EditedText['lines']>;
}

/** A new configuration. */
const BEGINNING = '# Configuration of spotter; "spotter config show" prints every key with its default.\n';

/**
 * Where the cameras of a configuration are.
 *
 * @throws SpotterError usage when the file cannot be written; cluster.unreachable when shared cameras cannot be read
 */
export async function placeOf(config: Config, file: string, signal: AbortSignal): Promise<CameraPlace> {
  if (config.cluster.servers.length > 0 && config.cluster.config === 'shared')
    return sharedPlace(config, file, signal);
  const isNew = !existsSync(file);
  if (!isNew) checkConfigWritable(file);
  return { name: file, file, isShared: false, config, write: async (entry) => write(file, isNew, entry) };
}

async function sharedPlace(config: Config, file: string, signal: AbortSignal): Promise<CameraPlace> {
  const shared = await readShared(config.data, signal);
  const { cameras } = readSharedCameras(shared.text, path.dirname(path.resolve(file)));
  return {
    ...{ name: 'shared configuration', file, isShared: true },
    config: { ...config, cameras: cameras as Config['cameras'] },
    write: async (entry) => {
      const edited = addCamera(shared.text, entry);
      if (!edited)
        throw new SpotterError(
          'usage',
          `cannot change the shared configuration: its list of cameras is nested in a way that is not understood; add ${entry.id} by hand, with "spotter cluster config show" and "apply"`,
        );
      await writeShared(config.data, { text: edited.text, revision: shared.revision }, signal);
      return edited.lines;
    },
  };
}

function write(file: string, isNew: boolean, entry: CameraEntry): EditedText['lines'] {
  if (!isNew) return writeCamera(file, entry);
  try {
    writePrivateFile(path.resolve(file), BEGINNING);
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `cannot write ${file}: ${describeFileError(cause)}; name another with -c`,
      { cause },
    );
  }
  try {
    return writeCamera(file, entry);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}
