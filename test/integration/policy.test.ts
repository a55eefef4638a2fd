import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, spotter } from '../helpers/cli.js';
import { beginningOf } from '../helpers/ffmpeg.js';
import { demoClip, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe("a camera's own threshold", () => {
  it('counts at this camera and at no other, and is told', async () => {
    const folder = temporaryFolder();
    const config = path.join(folder, 'config.yaml');
    const camera = { url: beginningOf(demoClip, 6), realtime: false };
    const cameras = [
      { id: 'strict', ...camera, match: { threshold: 0.99 } },
      { id: 'usual', ...camera },
    ];
    const gallery = path.join(root, 'gallery');
    const http = { port: 0 };
    writeFileSync(config, JSON.stringify({ cameras, gallery, http, data: path.join(folder, 'data') }));
    const { code, stdout } = await spotter(['run', '-c', config, '--until-end', '--events', 'json']);
    expect(code).toBe(0);
    const told = (camera: string) =>
      jsonLines(stdout).filter((event) => event.camera === camera && event.threshold !== null);
    expect(new Set(told('strict').map(({ kind, threshold }) => `${kind} ${threshold}`))).toEqual(
      new Set(['unknown 0.99', 'left 0.99']),
    );
    expect(told('usual').filter(({ kind }) => kind === 'match')).toMatchObject([
      { person: 'grace-hopper', threshold: 0.42 },
    ]);
  });
});
