import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { typicalPictures } from '../../src/cli/typicalPictures.js';
import { configWith } from '../helpers/engine.js';
import { temporaryFolder } from '../helpers/temporary.js';

const { config } = configWith();

describe('typicalPictures', () => {
  it('leaves out copies of photos', async () => {
    const folder = temporaryFolder();
    const notes: string[] = [];
    for (let index = 0; index < 30; index++) {
      writeFileSync(path.join(folder, `${index}.jpg`), `of one size ${index % 20}`.padEnd(20));
    }
    copyFileSync(path.join(folder, '3.jpg'), path.join(folder, 'copy of 3.jpg'));
    // Reported when it is used, like every picture that cannot be read.
    symlinkSync('loop.jpg', path.join(folder, 'loop.jpg'));
    const pictures = await typicalPictures(folder, config, (note) => notes.push(note));
    expect(pictures.count).toBe(21);
    expect(notes).toEqual([`11 photos are copies of others in ${folder}; left out`]);
    await expect(typicalPictures(path.join(folder, 'none'), config, () => {})).rejects.toThrow(
      /does not exist; give a folder of photos or a recording/,
    );
  });
});
