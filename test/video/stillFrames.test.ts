import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Still } from '../../src/image/cameraFrame.js';
import type { MediaTime } from '../../src/video/mediaClock.js';
import { missingFilters, parseShown, ShownFrames } from '../../src/video/stillFrames.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { source, x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

const at = (ms: number): MediaTime => ({ ms, isSeam: false, fault: null });

function joined() {
  const shown: [ms: number, still: Still | null][] = [];
  const frames = new ShownFrames(({ ms }, still) => shown.push([ms, still]));
  return { frames, shown };
}

/** Shown times of a recording, and the frames left out before each. */
async function play(file: string, every = 1): Promise<[ms: number, left: number, luma: number][]> {
  const seen: [number, number, number][] = [];
  for await (const { mediaTimeMs, still, image, release } of source(file, {
    skipStill: true,
    every,
  }).frames()) {
    seen.push([mediaTimeMs, still?.frames ?? 0, image.pixels[0]]);
    release();
  }
  return seen;
}

function clip(filter: string, ...output: string[]): string {
  const file = path.join(temporaryFolder(), 'clip.mkv');
  ffmpeg('-f', 'lavfi', '-i', filter, ...x264, '-qp', '10', ...output, file);
  return file;
}

const all = (seen: [number, number, number][]) => seen.reduce((sum, [, left]) => sum + 1 + left, 0);

describe('ShownFrames', () => {
  it('joins times and numbers, whichever come first, and counts the frames left out', () => {
    const { frames, shown } = joined();
    for (let index = 0; index < 6; index++) {
      frames.stamped();
      if (index === 0 || index === 4) frames.shown(index);
      if (index > 0) frames.time(at((index - 1) * 40));
    }
    expect(shown).toEqual([
      [0, null],
      [160, { frames: 3, untilMs: 120 }],
    ]);
  });

  it('follows ffmpeg where it counts anew', () => {
    const { frames, shown } = joined();
    for (const [index, number] of [0, null, null, 0, null, 2].entries()) {
      frames.stamped();
      if (number !== null) frames.shown(number);
      frames.time(at(index * 40));
    }
    expect(shown.map(([ms]) => ms)).toEqual([0, 120, 200]);
    expect(shown.map(([, still]) => still?.frames ?? 0)).toEqual([0, 2, 1]);
  });

  it('reports a seam of a frame that was left out with the next one', () => {
    const seams: boolean[] = [];
    const frames = new ShownFrames(({ isSeam }) => seams.push(isSeam));
    for (const index of [0, 1, 2]) {
      frames.stamped();
      if (index !== 1) frames.shown(index);
      frames.time({ ...at(index * 40), isSeam: index === 1 });
    }
    expect(seams).toEqual([false, true]);
  });
});

describe('parseShown', () => {
  it('reads what the filters print and nothing else', () => {
    expect(parseShown({ level: 'panic', text: '12.000000' })).toBe(12);
    expect(parseShown({ level: 'panic', text: 'Eval: 7.000000' })).toBe(7);
    expect(parseShown({ level: 'error', text: '12.000000' })).toBeNull();
    expect(parseShown({ level: 'panic', text: 'out of memory' })).toBeNull();
  });
});

describe('missingFilters', () => {
  it('names the filters that are not in the list', () => {
    expect(missingFilters(' T.. blend   VV->V  Blend.\n ... mpdecimate V->V  Remove.')).toEqual([]);
    expect(missingFilters(' T.. blend   VV->V  Blend.')).toEqual(['mpdecimate']);
  });
});

describe('FileSource: frames in which nothing moves', () => {
  it('are left out, and those that differ come with their own time and picture', async () => {
    // Dark for two seconds, bright for two, at 10 frames per second.
    const seen = await play(clip(`color=black:s=64x48:r=10:d=4,geq=lum='if(lt(T,2),40,200)':cb=128:cr=128`));
    expect(all(seen)).toBe(40);
    expect(seen[0]).toEqual([0, 0, 40]);
    expect(seen[1]).toEqual([2000, 19, 200]);
    // ffmpeg shows the last ones again.
    expect(seen.at(-1)).toEqual([3900, 0, 200]);
  });

  it('are shown now and then', async () => {
    const still = await play(clip('color=gray:s=64x48:r=10:d=9'));
    expect(still.slice(0, 2).map(([ms]) => ms)).toEqual([0, 4100]);
  });

  it('are none for long while a slow change adds up', async () => {
    const slow = await play(clip(`color=black:s=64x48:r=10:d=6,geq=lum='40+20*T':cb=128:cr=128`));
    const steps = slow.slice(1).map(([, , luma], index) => luma - slow[index][2]);
    expect(Math.max(...steps)).toBeLessThanOrEqual(12);
    expect(slow.length).toBeLessThan(30);
  });

  it('are left out of every n-th frame', async () => {
    const film = clip(`color=black:s=64x48:r=10:d=4,geq=lum='if(lt(T,2),40,200)':cb=128:cr=128`);
    const seen = await play(film, 3);
    expect(all(seen)).toBe(14);
    expect(seen.find(([, , luma]) => luma === 200)?.[0]).toBe(2100);
  });

  it.each([
    ['one frame', 'color=gray:s=64x48:r=10:d=0.1', [], 1],
    ['2x2 px', 'testsrc2=s=2x2:r=10:d=1', [], 10],
    ['a very wide picture', 'testsrc2=s=2048x16:r=10:d=1', [], 10],
    [
      'a variable frame rate',
      `color=gray:s=64x48:r=10:d=4,select='not(mod(n,3))+lt(n,10)'`,
      ['-fps_mode', 'passthrough'],
      20,
    ],
  ] as const)('of %s are counted, too', async (_what, filter, output, frames) => {
    expect(all(await play(clip(filter, ...output)))).toBe(frames);
  });
});
