import { describe, expect, it } from 'vitest';
import { Suspects } from '../../src/supervisor/suspects.js';

/** A camera finishes some frames, then the engine dies with the given pictures in work. */
function life(
  suspects: Suspects,
  timeMs: number,
  inWork: [camera: string, mark: string][],
  finished: string[] = [],
) {
  for (const camera of finished) for (let frame = 0; frame < 10; frame++) suspects.finished(camera);
  for (const [camera, mark] of inWork) suspects.note(camera, mark, true, timeMs);
  return suspects.died(timeMs, 0);
}

describe('who ended the engine', () => {
  it('a picture in work at two deaths is not looked at again', () => {
    const suspects = new Suspects();
    expect(life(suspects, 0, [['door', 'bad']], ['door']).poison).toEqual([]);
    expect(life(suspects, 1000, [['door', 'bad']], ['door']).poison).toEqual(['bad']);
  });

  it('a picture that was done is no suspect', () => {
    const suspects = new Suspects();
    for (const timeMs of [0, 1000, 2000]) {
      suspects.note('door', 'fine', true, timeMs);
      suspects.note('door', 'fine', false, timeMs);
      expect(suspects.died(timeMs, 0)).toEqual({ poison: [], quarantined: [], isAmbiguous: false });
    }
  });

  it('Suspects: of two equal pictures in work one that is done leaves the other a suspect', () => {
    const suspects = new Suspects();
    const die = (timeMs: number) => {
      suspects.note('door', 'still', true, timeMs);
      suspects.note('door', 'still', true, timeMs);
      suspects.note('door', 'still', false, timeMs);
      expect(suspects.inWork('door')).toBe(1);
      return suspects.died(timeMs, 0);
    };
    expect(die(0).poison).toEqual([]);
    expect(die(1000).poison).toEqual(['still']);
  });

  it('Suspects: two equal pictures in work are one picture of one death', () => {
    const equal: [string, string][] = [
      ['door', 'still'],
      ['door', 'still'],
    ];
    const suspects = new Suspects();
    expect(life(suspects, 0, equal)).toEqual({ poison: [], quarantined: [], isAmbiguous: false });
    expect(suspects.inWork('door')).toBe(0);
  });

  it('a camera whose ever new pictures end three engines at once is left alone, and may come back', () => {
    const suspects = new Suspects();
    expect(life(suspects, 0, [['door', 'a']], ['yard']).quarantined).toEqual([]);
    expect(life(suspects, 1, [['door', 'b']], ['yard']).quarantined).toEqual([]);
    expect(life(suspects, 2, [['door', 'c']], ['yard']).quarantined).toEqual(['door']);
    expect(life(suspects, 3, [['door', 'd']], ['yard']).quarantined).toEqual([]);
  });

  it('engines killed from outside while cameras work well quarantine nobody', () => {
    const suspects = new Suspects();
    for (let kill = 0; kill < 50; kill++) {
      const { poison, quarantined } = life(suspects, kill, [['door', `picture ${kill}`]], ['door']);
      expect([...poison, ...quarantined]).toEqual([]);
    }
  });

  it('of two in work at the first death only the guilty one is found, one by one', () => {
    const suspects = new Suspects();
    const both = life(suspects, 0, [
      ['door', 'bad'],
      ['yard', 'innocent'],
    ]);
    expect(both).toMatchObject({ poison: [], isAmbiguous: true });
    expect(life(suspects, 1000, [['door', 'bad']])).toMatchObject({ poison: ['bad'], isAmbiguous: false });
  });

  it('a camera on whose pictures the networks hang is left alone even when others of it are fine', () => {
    const suspects = new Suspects();
    const hang = (timeMs: number, mark: string) => {
      for (let frame = 0; frame < 100; frame++) suspects.finished('door');
      suspects.note('door', mark, true, timeMs - 5000);
      return suspects.died(timeMs, 2500).quarantined;
    };
    expect([hang(10_000, 'a'), hang(20_000, 'b'), hang(30_000, 'c')]).toEqual([[], [], ['door']]);
    // Long ago is forgotten.
    expect([hang(40_000, 'd'), hang(50_000, 'e'), hang(1_000_000, 'f')]).toEqual([[], [], []]);
  });

  it('of a hung engine only what was in work for long is suspect', () => {
    const suspects = new Suspects();
    for (const startMs of [0, 10_000]) {
      suspects.note('door', 'slow', true, startMs);
      suspects.note('yard', 'quick', true, startMs + 4900);
      suspects.died(startMs + 5000, 2500);
    }
    expect(suspects.poison).toEqual(['slow']);
  });
});
