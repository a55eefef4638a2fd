import { describe, expect, it } from 'vitest';
import type { Match } from '../../src/face/match.js';
import { explain } from '../../src/track/explain.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';
import { distant, Film, good, known } from '../helpers/film.js';
import { randomNumbers } from '../helpers/random.js';

const limits = { ...LENIENT_QUALITY, minSharpness: 0.045 };
/** Every face in every frame. */
const always = { lookEveryMs: 0, relookEveryMs: 0 };
const far = { ...good, sizePx: 40 };

describe('updatedVerdict', () => {
  it('changes "unknown" to a name when better looks recognise a person', () => {
    const film = new Film(always);
    for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, match: known('alice', 0.3) });
    film.frame(200, { x: 0, match: known('alice', 0.7) });
    expect(film.end()).toEqual([
      '1 appeared',
      '1 verdict unknown',
      '1 verdict known alice',
      '1 left known alice',
    ]);
  });

  it('withdraws a name, and reports the right one once, when a far better look shows another person', () => {
    const film = new Film(always);
    for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, quality: far, match: known('alice', 0.43) });
    for (let t = 200; t < 1000; t += 40) film.frame(t, { x: 0, match: known('bob', 0.7) });
    expect(film.end()).toEqual([
      '1 appeared',
      '1 verdict known alice',
      '1 verdict known bob not alice',
      '1 left known bob',
    ]);
  });

  it('withdraws a name without another one when good looks show that it was luck', () => {
    const film = new Film({ ...always, sureBy: 0.3 });
    const look = (similarity: number) => ({ ...known('alice', similarity) });
    for (let t = 0; t < 80; t += 40) film.frame(t, { x: 0, quality: far, match: look(0.42) });
    expect(film.lines.at(-1)).toBe('1 verdict known alice');
    // Compared together, as the workers do.
    for (let t = 80; t < 1000; t += 40) {
      film.frame(t, { x: 0, match: look(0.05) });
      film.gallery(1, () => look(0.05));
    }
    expect(film.lines.filter((line) => line.includes('verdict'))).toEqual([
      '1 verdict known alice',
      '1 verdict unknown not alice',
    ]);
  });

  it.each([1, 2, 3, 4, 5])('does not alternate between names with noisy looks (%i)', (seed) => {
    const random = randomNumbers(seed);
    const film = new Film(always);
    for (let t = 0; t < 8000; t += 40) {
      const quality = { ...good, sizePx: 40 + 60 * random() };
      film.frame(t, { x: 0, quality, match: known(random() < 0.5 ? 'alice' : 'bob', 0.4 + 0.08 * random()) });
    }
    expect(film.end().filter((line) => line.includes('verdict')).length).toBeLessThanOrEqual(2);
  });

  it("applies the person's own threshold, else the camera's", () => {
    const own = (threshold: number | null): Match => ({ ...known('alice', 0.5), threshold });
    const play = (match: Match, threshold: number) => {
      const film = new Film({ threshold });
      for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, match });
      return film.lines.at(-1);
    };
    expect(play(own(0.6), 0.4)).toBe('1 verdict unknown');
    expect(play(own(0.45), 0.7)).toBe('1 verdict known alice');
    expect(play(own(null), 0.7)).toBe('1 verdict unknown');
    expect(play(own(null), 0.4)).toBe('1 verdict known alice');
  });

  it('does not name a person by one look when their own threshold is higher', () => {
    const film = new Film().frame(0, { x: 0, match: { ...known('alice', 0.55), threshold: 0.5 } });
    expect(film.lines).toEqual([]);
    film.frame(40, { x: 0, match: { ...known('alice', 0.61), threshold: 0.5 } });
    expect(film.lines.at(-1)).toBe('1 verdict known alice');
  });
});

describe('updatedVerdict with another gallery', () => {
  it('names a person who is enrolled while in view, although the face is turned away', () => {
    const film = new Film();
    for (let t = 0; t < 400; t += 40) film.frame(t, { x: 0, match: known('bob', 0.1) });
    expect(film.lines.at(-1)).toBe('1 verdict unknown');
    film.gallery(2, () => known('alice', 0.9)).frame(440, { x: 0, unusable: 'turned' });
    expect(film.end().slice(2)).toEqual(['1 verdict known alice', '1 left known alice']);
  });

  it('withdraws the name of a person who was removed', () => {
    const film = new Film();
    for (let t = 0; t < 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.9) });
    film.gallery(2, () => known('bob', 0.1)).frame(440, { x: 0, unusable: 'turned' });
    expect(film.end().slice(2)).toEqual(['1 verdict unknown not alice', '1 left unknown']);
  });

  it('gives a person who was removed and added again a new track, as no name is reported twice per track', () => {
    const film = new Film();
    for (let t = 0; t < 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.9) });
    film.gallery(2, () => null).frame(440, { x: 0, unusable: 'turned' });
    film.gallery(3, () => known('alice', 0.9)).frame(480, { x: 0, unusable: 'turned' });
    expect(film.end().slice(2)).toEqual([
      '1 verdict unknown not alice',
      '1 left unknown',
      '2 appeared',
      '2 verdict known alice',
      '2 left known alice',
    ]);
  });

  it('reports nothing when no verdict changes', () => {
    const film = new Film();
    for (let t = 0; t < 400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.9) });
    film.gallery(2, () => known('alice', 0.8)).frame(440, { x: 0 });
    expect(film.lines).toHaveLength(2);
  });
});

describe('isEmbeddingDue', () => {
  it('is true for a clearly better view, not for a slightly better one', () => {
    const film = new Film({ relookEveryMs: 60_000 });
    const wide = { x: 0, quality: good, match: known('alice', 0.7) };
    for (let t = 0; t < 400; t += 40) film.frame(t, { ...wide, size: 50, quality: { ...good, sizePx: 50 } });
    const before = film.looked.reduce((sum, count) => sum + count, 0);
    film.frame(440, { ...wide, size: 52, quality: { ...good, sizePx: 52 } });
    expect(film.looked.at(-1)).toBe(0);
    for (let size = 54; size <= 120; size += 4)
      film.frame(480 + 40 * size, { ...wide, size, quality: { ...good, sizePx: size } });
    const after = film.looked.reduce((sum, count) => sum + count, 0) - before;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(3);
  });
});

describe('explain', () => {
  const texts = (film: Film, index: number) => {
    const item = film.trackEvents[index];
    if (item.kind === 'appeared') return [];
    return explain(item.track.evidence, item.verdict, film.policy, limits).checks.map(({ text }) => text);
  };

  it('names similarity and margin of an unknown, and its quality', () => {
    const film = new Film();
    for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, match: known('alice', 0.31) });
    expect(texts(film, 1)).toEqual([
      'similarity 0.31 < 0.40',
      'similarity that is enough in one look 0.31 < 0.50',
      'margin 0.30 >= 0.05',
      'looks that agree 0 of 3 < 2',
      'good looks 3 of 3',
      'score 0.90 >= 0.60',
      'size 100 px >= 32',
      'landmarks in order',
      'flatness 0.80 <= 1.00',
      'yaw 0° <= 72',
      'pitch 0° <= 60',
      'visibility 1.00',
      'sharpness 0.200 >= 0.045',
    ]);
  });

  it('names the check that an unusable face failed', () => {
    const film = new Film();
    const quality = { ...distant, sizePx: 14, sharpness: null };
    for (let t = 0; t <= 400; t += 40) film.frame(t, { x: 0, quality, unusable: 'too_small' });
    film.end();
    expect(texts(film, 1)).toContain('size 14 px < 32');
  });

  it('has enough digits to tell a value from its limit', () => {
    const film = new Film();
    for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, match: known('alice', 0.3996) });
    expect(texts(film, 1)[0]).toBe('similarity 0.3996 < 0.4000');
  });
});

describe('tracker with random frames', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
    'emits complete stories, and no name twice (%i)',
    (seed) => {
      const random = randomNumbers(seed);
      const pick = <T>(items: T[]) => items[Math.floor(random() * items.length)];
      const film = new Film();
      let t = 0;
      for (let frame = 0; frame < 300; frame++) {
        t += pick([20, 40, 40, 200, 900]);
        film.cut = random() < 0.02;
        if (random() < 0.02) {
          const match = pick([known('alice', 0.7), known('bob', 0.5), known('carol', 0.2), null]);
          film.gallery(frame + 2, () => match);
        }
        const people = Array.from({ length: Math.floor(random() * 4) }, () => ({
          x: Math.floor(random() * 400),
          score: 0.4 + 0.6 * random(),
          face: Math.floor(random() * 3),
          quality: pick([good, distant]),
          match: pick([known('alice', random()), known('bob', random(), random() * 0.2), null]),
          ...(random() < 0.2 ? { unusable: 'blurred' as const } : {}),
        }));
        film.frame(t, ...people);
      }
      film.end();
      const stories = new Map<number, string[]>();
      for (const item of film.trackEvents) {
        const entry =
          item.kind === 'verdict' && item.verdict.kind === 'known'
            ? `match ${item.verdict.match.person}`
            : item.kind;
        stories.set(item.track.number, [...(stories.get(item.track.number) ?? []), entry]);
      }
      for (const story of stories.values()) {
        expect(story[0]).toBe('appeared');
        expect(story.at(-1)).toBe('left');
        expect(story.filter((entry) => entry === 'appeared' || entry === 'left')).toHaveLength(2);
        const matches = story.filter((entry) => entry.startsWith('match'));
        expect(new Set(matches).size).toBe(matches.length);
      }
      expect(new Set(film.trackEvents.filter((n) => n.kind === 'left').map((n) => n.track.number)).size).toBe(
        stories.size,
      );
    },
  );
});
