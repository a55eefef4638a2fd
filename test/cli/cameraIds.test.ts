import { describe, expect, it } from 'vitest';
import { cameraIdOf, cameraIds } from '../../src/cli/cameraIds.js';

describe('cameraIdOf', () => {
  it.each([
    ['rtsp://front-door.local:554/1', 'front-door.local:554', 'front-door'],
    ['rtsp://192.168.1.20/1', '192.168.1.20', 'camera-192-168-1-20'],
    ['rtsp://[fe80::1]:554/1', '[fe80::1]:554', 'camera-fe80-1'],
    ['device:/dev/video0', null, 'video0'],
    ['/srv/Höhle 2.mp4', null, 'hohle-2'],
    ['test', null, 'test-2'],
  ])('makes an id that is free from %s', (url, host, id) => {
    expect(cameraIdOf(url, host, new Set(['test']))).toBe(id);
  });
});

describe('cameraIds', () => {
  it('numbers files of the same name', () => {
    expect(cameraIds(['a/Yard.mp4', 'b/yard.mkv', '???.mp4'])).toEqual(['yard', 'yard-2', 'clip']);
  });
});
