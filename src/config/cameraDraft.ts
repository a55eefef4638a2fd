import path from 'node:path';
import { Document } from 'yaml';
import { SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';
import { isRecording, recordingPath } from './cameraSchema.js';
import { secretsOf } from './mask.js';
import { type CameraConfig, schema } from './schema.js';
import { substitute } from './substitute.js';

/** A camera as the configuration would have it. */
export interface CameraDraft {
  /** With its defaults and what its references stand for; the path of a recording is absolute. */
  config: CameraConfig;
  /** Values that must never be shown. */
  secrets: string[];
}

/**
 * The camera that an address stands for, with all defaults.
 *
 * @param url as it would be written; may contain `${NAME}` and `${file:...}`
 * @param folder base of relative paths
 * @throws SpotterError usage; the message contains no secret
 */
export function checkedCamera(
  { id, url, transport }: { id: string; url: string; transport?: 'tcp' | 'udp' | undefined },
  folder: string,
): CameraDraft {
  const document = new Document({ id, url, ...(transport && { transport }) });
  const { missing, secrets } = substitute(document, process.env, folder);
  if (missing.length > 0) throw new SpotterError('usage', missing[0].message);
  const parsed = schema.safeParse({ cameras: [document.toJS()] });
  if (!parsed.success) {
    const { message, path: at } = parsed.error.issues[0];
    const key = at.slice(2).join('.');
    throw new SpotterError(
      'usage',
      maskText(`${key === 'id' ? `--id ${id}` : `camera ${key}`}: ${message}`, secrets),
    );
  }
  const { cameras } = parsed.data;
  const [camera] = cameras;
  if (isRecording(camera.url)) camera.url = path.resolve(folder, recordingPath(camera.url));
  return { config: camera, secrets: [...secrets, ...secretsOf(parsed.data)] };
}
