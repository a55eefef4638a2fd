import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { usePhotoFile } from '../../src/gallery/photoFile.js';
import { temporaryFolder } from '../helpers/temporary.js';

const sizeOf = async (bytes: Buffer): Promise<unknown> => bytes.length;

describe('usePhotoFile', () => {
  it('passes on the bytes of a file', async () => {
    const file = path.join(temporaryFolder(), 'a.jpg');
    writeFileSync(file, 'picture');
    expect(await usePhotoFile(file, sizeOf, ({ message }) => message)).toBe(7);
  });

  it('refuses a file of more than 100 MB without reading it', async () => {
    const file = path.join(temporaryFolder(), 'a.jpg');
    writeFileSync(file, '');
    truncateSync(file, 5e12);
    expect(await usePhotoFile(file, sizeOf, (refusal) => refusal)).toEqual({
      fault: 'too_large',
      message: 'takes 5000000 MB, over the limit of 100 MB for a photo; save it smaller or as JPEG',
    });
  });

  it('refuses a file that is missing or cannot be read', async () => {
    const folder = temporaryFolder();
    const refused = (file: string) => usePhotoFile(file, sizeOf, ({ message }) => message);
    expect(await refused(path.join(folder, 'a.jpg'))).toBe('does not exist; check the path');
    expect(await refused(folder)).toBe('cannot be read; check its permissions and its name');
  });
});
