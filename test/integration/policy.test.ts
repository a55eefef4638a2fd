import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, spotter } from '../helpers/cli.js';
import { beginningOf, sparse } from '../helpers/ffmpeg.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter run: the threshold of a camera', () => {
  it('applies to this camera alone and is part of its events', async () => {
    const folder = temporaryFolder();
    const config = path.join(folder, 'config.yaml');
    const camera = { url: beginningOf(sparse(demoClip), 2), realtime: false };
    const cameras = [
      { id: 'strict', ...camera, match: { threshold: 0.99 } },
      { id: 'usual', ...camera },
    ];
    const gallery = demoGallery;
    const http = { port: 0 };
    writeFileSync(config, JSON.stringify({ cameras, gallery, http, data: path.join(folder, 'data') }));
    const { code, stdout } = await spotter(['run', '-c', config, '--until-end', '--events', 'json']);
    expect(code).toBe(0);
    const judged = (camera: string) =>
      jsonLines(stdout).filter((event) => event.camera === camera && event.threshold !== null);
    expect(new Set(judged('strict').map(({ kind, threshold }) => `${kind} ${threshold}`))).toEqual(
      new Set(['unknown 0.99', 'left 0.99']),
    );
    expect(judged('strict').every(({ odds }) => odds === null)).toBe(true);
    const [match, ...others] = judged('usual').filter(({ kind }) => kind === 'match');
    expect(match).toMatchObject({
      person: 'grace-hopper',
      reason: expect.stringMatching(/^similarity 0\.\d\d, odds 1 : .*; nearest is grace-hopper; /),
    });
    expect(match.odds).toBeLessThan(0.001);
    expect(match.similarity).toBeGreaterThan(match.threshold as number);
    expect(others).toEqual([]);
  });
});
