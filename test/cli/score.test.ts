import { describe, expect, it } from 'vitest';
import { Score } from '../../src/cli/score.js';
import { parseTruth } from '../../src/cli/truth.js';
import { Film, known } from '../helpers/film.js';

const truth = (...rows: string[]) =>
  parseTruth(['person,from_ms,to_ms,x1,y1,x2,y2,difficult', ...rows].join('\n'), 'truth.csv');

/** Tracks and scores frames. */
function scored(
  rows: ReturnType<typeof truth>,
  ...frames: [timeMs: number, ...people: Parameters<Film['frame']>[1][]][]
) {
  const score = new Score(rows);
  const film = new Film();
  for (const [timeMs, ...people] of frames) {
    film.frame(timeMs, ...people);
    score.addFrame(timeMs, film.state.tracks);
  }
  return score.result();
}

describe('Score', () => {
  it('counts right and wrong names and labelled frames, and measures the time to the name', () => {
    const alice = (match: ReturnType<typeof known>) => ({ x: 0, match });
    const result = scored(
      truth('alice,0,160'),
      [0, alice(known('alice', 0.45))],
      [40, alice(known('alice', 0.45))],
      [80, alice(known('alice', 0.45))],
      [120, alice(known('alice', 0.45))],
      [160],
      [200, alice(known('alice', 0.45))],
    );
    expect(result).toMatchObject({ kind: 'score', precision: 0.75, recall: 0.6, switches: 0 });
    expect(result.people).toMatchObject([
      { person: 'alice', found: true, precision: 0.75, recall: 0.6, timeToNameMs: 40, right: 3, wrong: 1 },
    ]);
  });

  it('counts a name as wrong in another part of the picture, or without a label', () => {
    const rows = truth('alice,0,1000,300,0,500,200', 'bob,0,1000,0,0,200,200');
    const result = scored(
      rows,
      [0, { x: 0, match: known('alice', 0.9) }],
      [40, { x: 0, match: known('alice', 0.9) }],
    );
    expect(result.people).toMatchObject([
      { person: 'alice', found: false, precision: 0, wrong: 2 },
      { person: 'bob', found: false, precision: null, recall: 0 },
    ]);
  });

  it('ignores difficult appearances, named or not', () => {
    const rows = truth('alice,0,1000,,,,,1');
    const result = scored(rows, [0, { x: 0, match: known('alice', 0.9) }]);
    expect(result).toMatchObject({
      precision: null,
      recall: null,
      people: [{ person: 'alice', found: false }],
    });
  });

  it('counts a switch when the face becomes another track', () => {
    const rows = truth('alice,0,4000,0,0,200,200');
    const at = (timeMs: number): [number, { x: number; match: ReturnType<typeof known> }] => [
      timeMs,
      { x: 0, match: known('alice', 0.9) },
    ];
    const result = scored(rows, at(0), at(40), [1000], [2000], at(3000), at(3040));
    expect(result.switches).toBe(1);
  });
});
