import { describe, expect, it } from 'vitest';
import { LivePictures } from '../../src/engine/livePictures.js';
import type { LivePicture } from '../../src/ipc/protocol.js';
import { greyFrame } from '../helpers/camera.js';

type Sent = { request: number | null } & Pick<LivePicture, 'camera' | 'capturedAtMs' | 'width'>;

/** Live pictures with a clock and an encoder by hand. */
function pictures() {
  const sent: Sent[] = [];
  const waiting: (() => void)[] = [];
  const faults: string[] = [];
  let nowMs = 0;
  let encoded = 0;
  const live = new LivePictures({
    encode: async (_image, { maxWidth }) => {
      encoded++;
      if (maxWidth === 13) throw new Error('no memory');
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { width: maxWidth, height: 9, jpeg: new Uint8Array(1) };
    },
    send: async ({ request, picture: { camera, capturedAtMs, width } }) =>
      void sent.push({ request, camera, capturedAtMs, width }),
    onFailure: (camera, error) => faults.push(`${camera} ${(error as Error).message}`),
    nowMs: () => nowMs,
  });
  const show = (capturedAtMs: number, isSearched = true, camera = 'door') => {
    nowMs = capturedAtMs;
    const frame = { ...greyFrame(0), capturedAtMs };
    live.show({ camera, frame, tracks: [], isSearched, masks: [] });
  };
  /** Lets every encoding finish. */
  const finish = async () => {
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      for (const done of waiting.splice(0)) done();
      await new Promise(setImmediate);
    }
  };
  return { live, show, finish, sent, faults, encoded: () => encoded };
}

const tile = { camera: 'door', width: 640, fps: 5, quality: 70 };

describe('LivePictures', () => {
  it('encodes nothing for a camera that nobody watches', async () => {
    const { live, show, encoded, finish } = pictures();
    show(0);
    live.watch([{ ...tile, camera: 'yard' }]);
    show(1000);
    live.watch([tile]);
    live.watch([]);
    show(2000);
    await finish();
    expect(encoded()).toBe(0);
  });

  it('encodes one picture per camera at a time, the newest when the one before is done', async () => {
    const { live, show, finish, sent } = pictures();
    live.watch([tile, { ...tile, camera: 'yard' }]);
    for (const at of [0, 200, 400, 600]) show(at);
    show(610, true, 'yard');
    await finish();
    show(800);
    await finish();
    expect(sent.map(({ camera, capturedAtMs }) => [camera, capturedAtMs])).toEqual([
      ['door', 0],
      ['yard', 610],
      ['door', 800],
    ]);
  });

  it('keeps to the rate, and to one picture a second while nothing moves', async () => {
    const { live, show, finish, sent } = pictures();
    live.watch([tile]);
    for (let at = 0; at < 1000; at += 40) {
      show(at);
      await finish();
    }
    expect(sent.map(({ capturedAtMs }) => capturedAtMs)).toEqual([0, 160, 360, 560, 760, 960]);
    for (let at = 1000; at < 4000; at += 40) {
      show(at, false);
      await finish();
    }
    expect(sent.slice(6).map(({ capturedAtMs }) => capturedAtMs)).toEqual([1760, 2760, 3760]);
  });

  it('sends the next frame at once to those who come, however rare the pictures are', async () => {
    const { live, show, finish, sent } = pictures();
    for (const at of [0, 5000]) {
      live.watch([{ ...tile, fps: 1 / 60 }]);
      show(at, false);
      await finish();
      show(at + 100);
      await finish();
    }
    expect(sent.map(({ capturedAtMs }) => capturedAtMs)).toEqual([0, 5000]);
  });

  it('carries out an order once, in its own size, beside what is watched', async () => {
    const { live, show, finish, sent } = pictures();
    live.watch([tile]);
    live.order({ request: 7, camera: 'door', width: 64, quality: 70 });
    show(0);
    await finish();
    show(10);
    await finish();
    expect(sent.map(({ request, width }) => [request, width])).toEqual([
      [7, 64],
      [null, 640],
    ]);
  });

  it('makes each size once, however many ask for it', async () => {
    const { live, show, finish, sent, encoded } = pictures();
    live.watch([tile]);
    for (const request of [1, 2, 3]) live.order({ request, camera: 'door', width: 640, quality: 70 });
    show(0);
    await finish();
    expect(sent.map(({ request }) => request)).toEqual([1, 2, 3, null]);
    expect(encoded()).toBe(1);
  });

  it('goes on after a picture that cannot be encoded', async () => {
    const { live, show, finish, sent, faults } = pictures();
    live.order({ request: 1, camera: 'door', width: 13, quality: 70 });
    show(0);
    await finish();
    live.watch([tile]);
    show(300);
    await finish();
    expect(faults).toEqual(['door no memory']);
    expect(sent).toHaveLength(1);
  });
});
