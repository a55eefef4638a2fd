import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { measureStop } from '../../bench/processes.js';
import { finish, jsonLines, lineMatching, start } from '../helpers/cli.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';

const scan = [demoClip, '-g', demoGallery];

describe('spotter scan: SIGTERM and SIGINT', () => {
  it('ends it with exit code 143 at any moment', async () => {
    // The short form of `spotter bench process --runs 50`.
    expect(await measureStop(['scan', ...scan], 6, 1500, 143)).toMatchObject({ unclean: [] });
  });

  it('let the frames in flight finish: every track ends, and the summary is marked as interrupted', async () => {
    const child = start(['scan', ...scan]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    child.kill('SIGINT');
    const { code, signal, stdout, stderr } = await ended;
    expect({ code, signal, stderr }).toEqual({ code: 130, signal: null, stderr: '' });
    const lines = jsonLines(stdout);
    expect(lines.at(-1)).toMatchObject({ kind: 'summary', interrupted: true });
    expect(lines.at(-2)).toMatchObject({ kind: 'left', person: 'grace-hopper' });
    expect(descendantsOf(child.pid, 'ffmpeg')).toEqual([]);
  });

  it('end it immediately the second time, without aborting the process', async () => {
    const child = start(['scan', ...scan]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    // A stopped ffmpeg delays the orderly end.
    const [ffmpeg] = descendantsOf(child.pid, 'ffmpeg');
    process.kill(ffmpeg, 'SIGSTOP');
    onTestFinished(() => {
      process.kill(ffmpeg, 'SIGKILL');
    });
    child.kill('SIGTERM');
    // Two in quick succession are one press of a key: again and again until one is the second.
    await vi.waitUntil(() => !child.kill('SIGTERM'), { timeout: 60_000 });
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });
});
