import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { labelledList } from '../helpers/labelled.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter bench accuracy', () => {
  it('looks at the photos of a list, names the known one and no stranger, and reports an unreadable photo', async () => {
    const list = labelledList();
    const { code, stdout, stderr } = await spotter(['bench', 'accuracy', '--list', list, '--json']);
    expect(stderr).toMatch(/^spotter: .*broken\.jpg is damaged or not a picture/);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'identification',
      detector: 'spotter-det',
      embedder: 'spotter-embed',
      photos: {
        gallery: { photos: 1, usable: 1 },
        strangers: { photos: 2, usable: 1, unreadable: 1 },
      },
      identification: [
        {
          people: 1,
          draws: 1,
          known: { photos: 1, right: 1 },
          strangers: { photos: 2, wrong: 0, unknown: 1, unusable: 1 },
        },
      ],
    });
  });

  it('refuses pairs whose photos are missing, with one sentence', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'pairs.txt');
    writeFileSync(file, '1\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\n');
    const { code, stdout, stderr } = await spotter([
      'bench',
      'accuracy',
      '--pairs',
      file,
      '--images',
      folder,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^spotter: 3 of the 3 photos in .*pairs\.txt do not exist \(.*\); check --images\n$/,
    );
  });
});
