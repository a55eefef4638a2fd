import { describe, expect, it } from 'vitest';
import { pictureMessage } from '../../src/http/liveMessage.js';
import { parseTiles, unionOf } from '../../src/http/liveTiles.js';

const LIMITS = {
  isVisible: (camera: string) => ['door', 'yard'].includes(camera),
  maxWidth: 1280,
  maxFps: 10,
};
const parse = (message: unknown) => parseTiles(JSON.stringify(message), LIMITS);
const watch = (...tiles: object[]) => parse({ type: 'watch', tiles });

describe('parseTiles', () => {
  it('takes the wishes, down to one picture a minute, and no larger than the limits', () => {
    expect(
      watch({ camera: 'door', width: 4000, fps: 50 }, { camera: 'yard', width: 320, fps: 1 / 60 }),
    ).toEqual({
      tiles: [
        { camera: 'door', width: 1280, fps: 10 },
        { camera: 'yard', width: 320, fps: 1 / 60 },
      ],
      unknown: null,
    });
    expect(watch()).toEqual({ tiles: [], unknown: null });
  });

  it('leaves out a camera that is not there, or not for the client, and says so', () => {
    const yard = { camera: 'yard', width: 320, fps: 1 };
    expect(watch({ camera: 'attic', width: 640, fps: 5 }, yard)).toEqual({
      tiles: [yard],
      unknown: 'no camera "attic" is configured',
    });
  });

  it.each([
    ['two tiles of one camera', watch(...Array(2).fill({ camera: 'door', width: 9e2, fps: 5 })), /two tiles/],
    ['no rate', watch({ camera: 'door', width: 640, fps: 0 }), /^tiles\[0\]\.fps must be more than 0/],
    [
      'a width of nothing',
      watch({ camera: 'door', width: -1, fps: 5 }),
      /^tiles\[0\]\.width must be at least 16/,
    ],
    [
      'an unknown key',
      watch({ camera: 'door', width: 640, fps: 5, size: 3 }),
      /^tiles\[0\] has "size", which is not a field here/,
    ],
    ['another type', parse({ type: 'subscribe' }), /"watch"/],
    ['no object', parse(3), /^the message must be an object, not a number/],
    ['no JSON', parseTiles('{', LIMITS), /not JSON/],
  ])('refuses %s in one sentence', (_what, parsed, fault) => {
    expect(parsed).toEqual({ fault: expect.stringMatching(fault) });
  });
});

describe('unionOf', () => {
  it('is as wide and as often as the largest wish for each camera', () => {
    const tiles = [
      { camera: 'door', width: 640, fps: 1 },
      { camera: 'yard', width: 320, fps: 2 },
      { camera: 'door', width: 320, fps: 5 },
    ];
    expect(unionOf(tiles)).toEqual([
      { camera: 'door', width: 640, fps: 5 },
      { camera: 'yard', width: 320, fps: 2 },
    ]);
  });
});

describe('pictureMessage', () => {
  it('has the length of the header, the header and the JPEG', () => {
    const header = {
      camera: 'door',
      at: '2026-11-27T10:00:00.000Z',
      width: 4,
      height: 2,
      boxes: [{ person: 'zoë' }],
    };
    const message = pictureMessage(header, Uint8Array.of(0xff, 0xd8, 7));
    const end = 4 + message.readUInt32BE(0);
    expect(JSON.parse(message.subarray(4, end).toString())).toEqual(header);
    expect([...message.subarray(end)]).toEqual([0xff, 0xd8, 7]);
  });
});
