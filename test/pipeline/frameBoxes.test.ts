import { describe, expect, it } from 'vitest';
import { boxesOf } from '../../src/pipeline/frameBoxes.js';
import { Film, known } from '../helpers/film.js';

const SIZE = { width: 1000, height: 500 };
const boxes = ({ state }: Film) => boxesOf(state.tracks, 'door', SIZE);

describe('boxesOf', () => {
  it('has each face of the frame as fractions of it, with what is known of it', () => {
    const film = new Film();
    for (let time = 0; time <= 600; time += 100)
      film.frame(time, { x: 100, match: known('alice', 0.62341) }, { x: 950, face: 5, match: null });
    expect(boxes(film)).toEqual([
      {
        track: 'door-1',
        box: [0.1, 0, 0.2, 0.24],
        verdict: 'known',
        person: 'alice',
        similarity: 0.6234,
      },
      expect.objectContaining({ track: 'door-2', box: [0.95, 0, 1, 0.24], person: null, similarity: null }),
    ]);
  });

  it('has no face that the frame does not show, nor one that was never announced', () => {
    const film = new Film();
    film.frame(0, { x: 100, match: known('alice', 0.7) });
    const [first] = film.state.tracks;
    expect(boxes(film)).toHaveLength(first.announced ? 1 : 0);
    for (let time = 100; time <= 500; time += 100) film.frame(time, { x: 100, match: known('alice', 0.7) });
    expect(boxes(film)).toHaveLength(1);
    film.frame(600);
    expect(film.state.tracks).toHaveLength(1);
    expect(boxes(film)).toEqual([]);
  });
});
