import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { inProcess } from '../helpers/inProcess.js';
import { labelledList } from '../helpers/labelled.js';
import { collins, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const OWN = ['--only', 'spotter-det + spotter-embed'];

describe('spotter bench pairs', () => {
  it('measures speed, memory and the accuracy of both questions of a pair in one run', async () => {
    const people = temporaryFolder();
    for (const name of ['grace', 'eileen']) mkdirSync(path.join(people, name));
    for (const name of ['1.jpg', '2.jpg']) copyFileSync(hopper, path.join(people, 'grace', name));
    copyFileSync(collins, path.join(people, 'eileen/1.png'));
    const photos = ['--people', people, '--list', labelledList(), '--size', '1'];
    const { code, stdout, stderr } = await spotter([
      'bench',
      'pairs',
      ...OWN,
      '--seconds',
      '1',
      ...photos,
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const number = expect.any(Number);
    const { rows, ...run } = JSON.parse(stdout);
    expect(run).toEqual({
      cores: number,
      cpu: expect.any(String),
      clip: expect.any(String),
      seconds: 1,
      left: [],
    });
    expect(rows).toMatchObject([
      {
        detector: 'spotter-det',
        embedder: 'spotter-embed',
        numbers: 'float',
        licences: ['MIT'],
        nonCommercial: false,
        fault: null,
        figures: {
          verification: { same: { pairs: 1, accepted: 1 }, different: { pairs: 2, accepted: 0 } },
          identification: { people: 1, known: { photos: 1, right: 1 }, strangers: { photos: 2, wrong: 0 } },
          unreadable: 1,
        },
      },
    ]);
    const { framesPerSecond, detectMs, embedMs, peakMb } = rows[0].figures;
    for (const figure of [framesPerSecond, detectMs, embedMs]) expect(figure).toBeGreaterThan(0);
    expect(peakMb).toBeGreaterThan(50);
  });

  it.each([
    [['--only', 'yunet'], '--only yunet is not a pair; write it as --only yunet+sface'],
    [['--only', 'spotter-dat+spotter-embed'], 'did you mean "spotter-det"?'],
    [['--images', '.'], '--images is for the pairs of LFW; add --pairs FILE'],
    [['--people', '.', '--pairs', 'x'], 'give --people, or --pairs'],
    [['--people', 'nowhere'], 'cannot read --people nowhere'],
  ])('refuses %j before it measures', async (args, sentence) => {
    const { code, stdout, stderr } = await inProcess(['bench', 'pairs', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });
});
