import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { definedCameras } from '../../src/supervisor/cameraDefinitions.js';

const definitionOf = (url: string, more: Record<string, unknown> = {}) => {
  const { cameras } = schema.parse({ cameras: [{ id: 'door', url, ...more }] });
  return JSON.stringify(definedCameras(cameras)[0].definition);
};

describe('definedCameras', () => {
  it('has two cameras for the same whose name and login differ', () => {
    const plain = definitionOf('rtsp://host:554/path');
    expect(definitionOf('rtsp://me:p@ss/word@host:554/path', { name: 'Front door' })).toBe(plain);
    expect(definitionOf('rtsp://me@host:554/path')).toBe(plain);
    expect(plain).toContain('rtsp://host:554/path');
  });

  it.each([
    ['address', 'rtsp://host:554/other', {}],
    ['picture', 'rtsp://host:554/path', { rotate: 90 }],
    ['nodes', 'rtsp://host:554/path', { nodes: ['a'] }],
  ])('has them for different by their %s', (_, url, more) => {
    expect(definitionOf(url, more)).not.toBe(definitionOf('rtsp://host:554/path'));
  });

  it('leaves the path of a recording as it is', () => {
    expect(definitionOf('/clips/a@b.mp4')).toContain('/clips/a@b.mp4');
  });
});
