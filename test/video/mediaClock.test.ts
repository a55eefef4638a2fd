import { describe, expect, it } from 'vitest';
import { MediaClock, type MediaTime } from '../../src/video/mediaClock.js';
import { randomNumbers } from '../helpers/random.js';

const HOUR = 3_600_000;

/** Times of a film with these timestamps, 25 pictures a second unless said otherwise. */
function play(stamps: number[], intervalMs = 40, startMs = stamps[0]): MediaTime[] {
  const clock = new MediaClock({ startMs, intervalMs });
  return [...stamps.map((stamp) => clock.add(stamp)), clock.end()].flatMap((time) => time ?? []);
}

const ms = (times: MediaTime[]) => times.map((time) => Math.round(time.ms));
const seams = (times: MediaTime[]) => times.flatMap(({ isSeam }, index) => (isSeam ? [index] : []));
const faults = (times: MediaTime[]) =>
  times.flatMap(({ fault }, index) => (fault ? [`${index} ${fault.kind} ${Math.round(fault.byMs)}`] : []));

/** So many timestamps, evenly spread. */
const even = (count: number, fromMs = 0, stepMs = 40) =>
  Array.from({ length: count }, (_, index) => fromMs + index * stepMs);

/** What a film of even pace must become: no picture lost, none twice. */
function expectEven(times: MediaTime[], count: number, stepMs = 40): void {
  expect(ms(times)).toEqual(even(count, 0, stepMs));
}

describe('MediaClock', () => {
  it('gives the timestamps back, from the beginning of the container, whatever their pace', () => {
    const stamps = [1420, 1460, 1483.4, 1600, 1602, 9000, 69_000];
    const times = play(stamps, 40, 1400);
    expect(times.map((time) => time.ms)).toEqual(stamps.map((stamp) => stamp - 1400));
    expect([seams(times), faults(times)]).toEqual([[], []]);
  });

  it('begins at 0 where the container says something else', () => {
    expect(ms(play([90_000, 90_040], 40, 0))).toEqual([0, 40]);
    expect(ms(play([0, 40], 40, 5000))).toEqual([0, 40]);
  });

  it('answers one picture late, and for none that has not come', () => {
    const clock = new MediaClock({ startMs: 0, intervalMs: 40 });
    expect(clock.end()).toBeNull();
    expect(clock.add(0)).toBeNull();
    expect(clock.add(40)?.ms).toBe(0);
    expect(clock.end()?.ms).toBe(40);
    expect(clock.end()).toBeNull();
  });

  it.each([
    ['to the beginning', -2000],
    ['by half a second', -500],
    ['by an hour', -HOUR],
  ])('goes on over a seam when the clock is set back %s', (_, by) => {
    const times = play([...even(50), ...even(50, 2000 + by)]);
    expectEven(times, 100);
    expect(seams(times)).toEqual([50]);
    expect(faults(times)).toEqual([`50 back ${-by - 40}`]);
  });

  it('takes hours for a clock that was set ahead, and less for a pause', () => {
    const set = play([...even(50), ...even(50, 24 * HOUR)]);
    expectEven(set, 100);
    expect([seams(set), faults(set)]).toEqual([[50], [`50 ahead ${24 * HOUR - 1960}`]]);
    const pause = play([...even(50), ...even(50, HOUR / 2)]);
    expect([pause[50].ms, seams(pause), faults(pause)]).toEqual([HOUR / 2, [], []]);
  });

  it.each([0, 1, 1 / 90])('goes on by the frame rate where the clock stands, creeping by %d ms', (creep) => {
    const times = play([...even(50), ...even(50, 1960 + creep, creep), ...even(50, 2100)]);
    expectEven(times, 150);
    expect([seams(times), faults(times)]).toEqual([[50], ['50 still 0']]);
  });

  it('learns the frame rate from the timestamps while they are right', () => {
    const times = play([...even(50, 0, 100), ...even(50, 0, 100)], 40);
    expectEven(times, 100, 100);
  });

  it('uses the nominal frame rate where no timestamp ever advances, or there are none', () => {
    expectEven(play(even(30, 7, 0)), 30);
    expectEven(play([Number.NaN, Number.NaN, Number.NaN], 40, 0), 3);
    expectEven(play([Number.NaN, Number.NaN, 80, 120], 40, 0), 4);
    expectEven(play([0, Number.NaN, 80, Number.NaN], 40, 0), 4);
  });

  it('fills the time between the ticks of a clock in whole seconds, without a seam at each', () => {
    const times = play(even(100).map((stamp) => Math.floor(stamp / 1000) * 1000));
    expectEven(times, 100);
    expect([seams(times), faults(times)]).toEqual([[1], ['1 still 0']]);
    // 30 a second in truth, said to be 25: right from the second tick on.
    const wrong = ms(play(even(150, 0, 1000 / 30).map((stamp) => Math.floor(stamp / 1000 + 1e-9) * 1000)));
    for (let i = 1; i < 150; i++) expect(wrong[i]).toBeGreaterThan(wrong[i - 1]);
    expect(wrong[149] - wrong[59]).toBeGreaterThan(2900);
    expect(wrong[149] - wrong[59]).toBeLessThan(3100);
  });

  it.each([10 * HOUR, 3000, -3 * HOUR])('leaves out single timestamps that are %d ms off', (off) => {
    const stamps = even(100).map((stamp, index) => (index % 25 === 24 ? stamp + off : stamp));
    const times = play(stamps);
    expectEven(times.slice(0, 99), 99);
    expect(seams(times.slice(0, 99))).toEqual([]);
    expect(faults(times)[0]).toMatch(/^24 wild/);
  });

  it('finds a place for a picture whose timestamp is a little out of order, or twice the same', () => {
    const swapped = play([0, 40, 120, 80, 160]);
    expect([ms(swapped).at(-1), seams(swapped), faults(swapped)]).toEqual([160, [], []]);
    const doubled = play([0, 40, 80, 80, 120]);
    expect([ms(doubled), seams(doubled), faults(doubled)]).toEqual([[0, 40, 80, 100, 120], [], []]);
  });

  it('tells of a seam with the next picture that is kept', () => {
    const clock = new MediaClock({ startMs: 0, intervalMs: 40 });
    const stamps = [...even(7), ...even(13)];
    const times = [...stamps.map((stamp, index) => clock.add(stamp, index % 5 === 0)), clock.end()];
    const kept = times.flatMap((time) => time ?? []);
    expect(ms(kept)).toEqual([0, 200, 400, 600]);
    expect(seams(kept)).toEqual([2]);
    expect(faults(kept)).toEqual(['2 back 240']);
  });

  it('always goes forward, whatever the timestamps are', () => {
    const random = randomNumbers(1);
    for (let film = 0; film < 200; film++) {
      const stamps = Array.from({ length: 60 }, (_, index) => {
        const kind = random();
        if (kind < 0.1) return Number.NaN;
        if (kind < 0.2) return (random() - 0.5) * 1e9;
        return kind < 0.4 ? 1000 : index * 40 + random() * 60;
      });
      const times = play(stamps, 40, 0);
      expect(times).toHaveLength(60);
      for (let i = 1; i < 60; i++) expect(times[i].ms).toBeGreaterThan(times[i - 1].ms);
    }
  });
});
