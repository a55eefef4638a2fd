import { describe, expect, it } from 'vitest';
import { EditedFilm } from '../../src/cli/editedFilm.js';
import type { Image } from '../../src/image/image.js';

/** A picture that is bright on one side. */
function picture(isLeftBright: boolean): Image {
  const [width, height] = [64, 36];
  const pixels = new Uint8Array(width * height * 1.5).fill(128);
  for (let index = 0; index < width * height; index++)
    pixels[index] = index % width < width / 2 === isLeftBright ? 220 : 30;
  return { width, height, format: 'yuv420p', colour: { matrix: 'bt709', fullRange: false }, pixels };
}

describe('EditedFilm', () => {
  it('recognises film with many cuts, and begins anew with the next recording', () => {
    const film = new EditedFilm();
    for (let frame = 0; frame < 60; frame++) film.add(picture(frame % 20 < 10), frame * 1000);
    expect(film.hint('clip')).toMatch(/^clip: 5 cuts, .*--still skip/);
    expect(film.hint('clip')).toBeNull();
  });

  it('has no hint for a fixed camera, nor for one that was turned a few times in hours', () => {
    const film = new EditedFilm();
    for (let frame = 0; frame < 60; frame++) film.add(picture(true), frame * 1000);
    expect(film.hint('clip')).toBeNull();
    for (let frame = 0; frame < 60; frame++) film.add(picture(frame % 20 < 10), frame * 60_000);
    expect(film.hint('clip')).toBeNull();
  });
});
