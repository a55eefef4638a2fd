import { describe, expect, it, onTestFinished } from 'vitest';
import { camerasOf, readSharedCameras } from '../../src/config/sharedCameras.js';

const read = (text: string) => readSharedCameras(text, '/home/anna');

describe('readSharedCameras', () => {
  it('reads cameras as a file has them, with references', () => {
    process.env.SHARED_PASSWORD = 'opensesame';
    onTestFinished(() => void delete process.env.SHARED_PASSWORD);
    const { cameras, secrets, leftOut } = read(
      `cameras:\n  - { id: door, url: 'rtsp://u:\${SHARED_PASSWORD}@door/1' }\n  - { id: clip, url: a.mp4 }\n`,
    );
    expect(cameras.map(({ url }) => url)).toEqual(['rtsp://u:opensesame@door/1', '/home/anna/a.mp4']);
    expect(secrets).toContain('opensesame');
    expect(leftOut).toEqual([]);
  });

  it('leaves out a camera for which this node lacks a variable, says so, and keeps the others', () => {
    const { cameras, leftOut } = read(
      `cameras:\n  - { id: door, url: 'rtsp://u:\${NOT_THERE}@door/1' }\n  - { id: yard, url: rtsp://yard/1 }\n`,
    );
    expect(cameras.map(({ id }) => id)).toEqual(['yard']);
    expect(leftOut).toEqual([
      'camera door is left out on this node: shared configuration:2:22: environment variable NOT_THERE is not set; set it, or write $${NOT_THERE} for the text itself',
    ]);
  });

  it.each([
    ['cameras:\n  - { id: door }\n', /^shared configuration:2:5: cameras\[0\]\.url: required, a string/],
    ['cameras: [\n', /^shared configuration:/],
    ['', /^shared configuration: it has no cameras; write "cameras: \[\]" for none$/],
    ['- 1\n', /it has no cameras/],
    ['cameras: []\nmqtt: { url: mqtt://a }\n', /only cameras are shared; leave out mqtt/],
    [
      'cameras:\n  - { id: a, url: rtsp://a }\n  - { id: a, url: rtsp://b }\n',
      /^shared configuration:3:\d+: cameras\[1\]\.id: /,
    ],
  ])('refuses %j as a file would be refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('camerasOf', () => {
  it('takes the section with its comments and references', () => {
    const text =
      'mqtt: { url: mqtt://a }\n# ours\ncameras:\n  # front\n  - { id: door, url: "rtsp://${X}@a" }\n';
    expect(camerasOf(text)).toContain('# front');
    expect(camerasOf(text)).toContain('${X}');
    expect(camerasOf(text)).not.toContain('mqtt:');
  });

  it('resolves an alias of another section, and makes an empty list of nothing', () => {
    const text = 'webhooks: [{ id: a, url: &u "http://a" }]\ncameras: [{ id: door, url: *u }]\n';
    expect(readSharedCameras(camerasOf(text), '/').cameras[0].url).toBe('http://a');
    expect(camerasOf('')).toBe('cameras: []\n');
  });
});
