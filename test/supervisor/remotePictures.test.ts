import { describe, expect, it, onTestFinished } from 'vitest';
import { RemotePictures } from '../../src/supervisor/remotePictures.js';
import { eventually } from '../helpers/daemon.js';

/** A camera of another node, whose pictures are numbered. */
function remote() {
  const shown: number[] = [];
  const asked: (number | null)[] = [];
  let number = 0;
  const pictures = new RemotePictures({
    holderOf: () => 'attic',
    next: async (_node, { camera }, after) => {
      asked.push(after);
      number += 1;
      return { camera, capturedAtMs: number, boxes: [], jpeg: new Uint8Array(), width: 1, height: 1 };
    },
    show: ({ capturedAtMs }) => shown.push(capturedAtMs),
  });
  onTestFinished(() => pictures.stop());
  const pictured = (count: number) =>
    eventually(
      () => shown.length,
      (length) => length >= count,
      5000,
    );
  return { pictures, asked, pictured };
}

const tile = { camera: 'yard', width: 320 };

describe('RemotePictures', () => {
  it('shows the picture at once when a tile that is seldom renewed becomes a moving one', async () => {
    const { pictures, pictured } = remote();
    pictures.watch([{ ...tile, fps: 1 / 60 }]);
    await pictured(1);
    pictures.watch([{ ...tile, fps: 50 }]);
    await pictured(4);
  });

  it('asks for the newest picture again when there is another viewer', async () => {
    const { pictures, asked, pictured } = remote();
    pictures.watch([{ ...tile, fps: 1 / 60 }]);
    await pictured(1);
    pictures.watch([{ ...tile, fps: 1 / 60 }]);
    await pictured(2);
    expect(asked).toEqual([null, null]);
  });
});
