import { accessSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig } from '../config/schema.js';
import { parseAddress } from '../core/address.js';
import { hasErrno } from '../core/errors.js';
import { type Finding, findingsOf } from './finding.js';

/** The fault of a camera that is a recording or a device which is not there or cannot be read; null for all others. Opens no camera. */
export function checkSource({ id, url }: CameraConfig, index: number): Finding | null {
  const { fault } = findingsOf('camera', { subject: id, key: `cameras[${index}].url` });
  if (isRecording(url)) {
    const why = whyUnreadable(url);
    return why === null ? null : fault(`the recording ${url} ${why}`);
  }
  const { kind, input } = parseAddress(url);
  if (kind !== 'device') return null;
  if (!existsSync(input)) return fault(`there is no device ${input}; plug it in, or name another one`);
  return isReadable(input)
    ? null
    : fault(`the device ${input} cannot be read; add your user to its group, which is often "video"`);
}

function whyUnreadable(file: string): string | null {
  try {
    if (statSync(file).isDirectory()) return 'is a folder; name a file in it';
    closeSync(openSync(file, 'r'));
    return null;
  } catch (error) {
    return hasErrno(error, 'ENOENT', 'ENOTDIR')
      ? 'does not exist; check the path'
      : 'cannot be read; check its permissions';
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
