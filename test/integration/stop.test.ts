import { describe, expect, it } from 'vitest';
import { measureStop } from '../../bench/processes.js';
import { finish, lineMatching, start } from '../helpers/cli.js';
import { demoClip, root } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';

const scan = [demoClip, '-g', `${root}/gallery`];

describe('SIGTERM', () => {
  it('at a random moment of a scan ends it with exit code 0', async () => {
    // The short form of `spotter bench process --runs 50`.
    expect(await measureStop(scan, 8, 3000)).toMatchObject({ unclean: [] });
  });

  it('lets the frames in flight finish: everybody leaves, and the summary says that it was interrupted', async () => {
    const child = start(['scan', ...scan]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    child.kill('SIGINT');
    const { code, signal, stdout, stderr } = await ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ kind: 'summary', interrupted: true });
    expect(lines.at(-2)).toMatchObject({ kind: 'left', person: 'grace-hopper' });
    expect(descendantsOf(child.pid, 'ffmpeg')).toEqual([]);
  });

  it('a second time ends it at once, without an abort', async () => {
    const child = start(['scan', ...scan]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    const again = setInterval(() => child.kill('SIGTERM'), 1);
    const { code, signal } = await ended;
    clearInterval(again);
    expect(code === 0 || signal === 'SIGTERM').toBe(true);
  });
});
