import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Image } from '../../src/image/image.js';
import { Album, type Budget } from '../../src/snapshots/album.js';
import type { KeptLook, TrackLook } from '../../src/snapshots/keptLook.js';
import type { Pictures } from '../../src/snapshots/pictures.js';
import { eventDraft } from '../helpers/events.js';
import { aFace, good as quality } from '../helpers/film.js';
import { rgbImage } from '../helpers/image.js';

const look = (track: string, sizePx: number): TrackLook => ({
  track,
  face: { ...aFace, box: { x1: sizePx, y1: 0, x2: 1, y2: 1 } },
  quality: { ...quality, sizePx },
});

/** An album whose pictures identify their look. */
function album(leftBytes = 1000, fails = false, part: 'frame' | 'face' = 'frame') {
  const budget: Budget = { leftBytes };
  const failures: unknown[] = [];
  let running = 0;
  const most = { running: 0 };
  const encode = async ({ image, face, quality: measured }: KeptLook): Promise<Pictures> => {
    most.running = Math.max(most.running, ++running);
    await Promise.resolve();
    running--;
    if (fails) throw new Error('no');
    return {
      frame: Uint8Array.of(face.box.x1),
      face: Uint8Array.of(image.pixels[0]),
      quality: measured,
    };
  };
  const better: [string, number][] = [];
  const tested = new Album({
    onFace: (track, { face }) => better.push([track, face[0]]),
    part,
    encode,
    budget,
    onFailure: (error) => failures.push(error),
  });
  return { tested, budget, failures, most, better };
}

/** A uniform image. */
const frame = (shade: number): Image => ({ ...rgbImage(10, 3, () => [shade, shade, shade]) });
const event = (track: string, kind: 'match' | 'left' | 'appeared' = 'match') => eventDraft({ kind, track });

describe('Album', () => {
  it('keeps an unchanged copy of the best look at each track', async () => {
    const { tested } = album();
    const image = frame(7);
    tested.look(image, [look('a-1', 100)]);
    image.pixels.fill(0);
    tested.look(frame(8), [look('a-1', 105), look('a-2', 60)]);
    tested.look(frame(9), [look('a-1', 50), look('a-2', 90)]);
    expect(await tested.picturesOf(event('a-1'))).toMatchObject({
      frame: Uint8Array.of(100),
      face: Uint8Array.of(7),
    });
    expect(await tested.picturesOf(event('a-2', 'left'))).toMatchObject({
      frame: Uint8Array.of(90),
      face: Uint8Array.of(9),
    });
    tested.look(frame(10), [look('a-1', 200)]);
    expect((await tested.picturesOf(event('a-1', 'left')))?.face).toEqual(Uint8Array.of(10));
  });

  it('keeps only the face with its margin where no frame is wanted, which takes less memory', async () => {
    const { tested, budget, better } = album(1000, false, 'face');
    const box = { x1: 100, y1: 50, x2: 110, y2: 62 };
    const image = rgbImage(200, 100, (x, y) => [x, y, 0]);
    tested.look(image, [{ track: 'a-1', face: { ...aFace, box }, quality }]);
    expect(budget.leftBytes).toBe(1000);
    budget.leftBytes = 10_000;
    tested.look(image, [{ track: 'a-1', face: { ...aFace, box }, quality }]);
    // 8 px on the left and right, 9.6 above and below, and an even corner.
    expect(10_000 - budget.leftBytes).toBe(3 * 26 * 32);
    tested.picturesOf(event('a-1'));
    await vi.waitFor(() => expect(better).toEqual([['a-1', 92]]));
  });

  it('offers a better look at a track of which an event has had pictures, every few seconds at most', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { tested, better } = album();
    tested.look(frame(1), [look('a-1', 30)]);
    vi.advanceTimersByTime(5000);
    tested.look(frame(2), [look('a-1', 40)]);
    await tested.picturesOf(event('a-1'));
    tested.look(frame(3), [look('a-1', 60)]);
    vi.advanceTimersByTime(2000);
    tested.look(frame(4), [look('a-1', 80), look('a-2', 80)]);
    await tested.picturesOf(event('a-1', 'left'));
    expect(better).toEqual([['a-1', 4]]);
  });

  it('where only faces are kept, offers that of an event, which does not wait for it, and each once', async () => {
    const { tested, better } = album(1000, false, 'face');
    tested.look(frame(1), [look('a-1', 30)]);
    expect(tested.picturesOf(event('a-1'))).toBeUndefined();
    expect(tested.picturesOf(event('a-1', 'left'))).toBeUndefined();
    expect(tested.picturesOf(event('a-2', 'left'))).toBeUndefined();
    await vi.waitFor(() => expect(better).toEqual([['a-1', 1]]));
  });

  it('encodes one look at a time, and each once', async () => {
    const { tested, most } = album();
    tested.look(frame(1), [look('a-1', 100), look('a-2', 100), look('a-3', 100)]);
    const all = ['a-1', 'a-2', 'a-3'].map((track) => tested.picturesOf(event(track)));
    await Promise.all(all);
    expect(most.running).toBe(1);
    expect(await tested.picturesOf(event('a-1', 'left'))).toBe(await all[0]);
  });

  it('returns undefined for events without pictures, and null without a look', async () => {
    const { tested } = album();
    expect(tested.picturesOf(event('a-1', 'appeared'))).toBeUndefined();
    expect(tested.picturesOf(eventDraft({ kind: 'gap', track: null }))).toBeUndefined();
    expect(await tested.picturesOf(event('a-1'))).toBeNull();
  });

  it('stays within its budget and gives all of it back', async () => {
    const { tested, budget } = album(200);
    tested.look(frame(1), [look('a-1', 50), look('a-2', 50), look('a-3', 50)]);
    expect(budget.leftBytes).toBe(20);
    expect(await tested.picturesOf(event('a-3'))).toBeNull();
    tested.look(frame(2), [look('a-1', 100)]);
    expect(budget.leftBytes).toBe(20);
    const [pictures] = await Promise.all([
      tested.picturesOf(event('a-1')),
      tested.picturesOf(event('a-2', 'left')),
    ]);
    expect(pictures?.face).toEqual(Uint8Array.of(2));
    expect(budget.leftBytes).toBe(196);
    const last = tested.picturesOf(event('a-2', 'left'));
    tested.keepOnly(new Set());
    expect(await last).not.toBeNull();
    expect(budget.leftBytes).toBe(200);
  });

  it('gives back the memory of a track that ends during encoding', async () => {
    const { tested, budget } = album(200);
    tested.look(frame(1), [look('a-1', 50)]);
    const pictures = tested.picturesOf(event('a-1', 'left'));
    tested.keepOnly(new Set());
    expect(budget.leftBytes).toBe(110);
    expect(await pictures).not.toBeNull();
    expect(budget.leftBytes).toBe(200);
  });

  it('reports pictures that cannot be encoded, and continues', async () => {
    const { tested, budget, failures } = album(200, true);
    tested.look(frame(1), [look('a-1', 50)]);
    expect(await tested.picturesOf(event('a-1'))).toBeNull();
    expect(failures).toHaveLength(1);
    tested.keepOnly(new Set());
    expect(budget.leftBytes).toBe(200);
  });
});
