import { describe, expect, it } from 'vitest';
import { addCamera } from '../../src/config/cameraEdit.js';

const DOOR = { id: 'door', url: 'rtsp://u:${PW}@cam/1' };
const add = (text: string, camera: Parameters<typeof addCamera>[1] = DOOR) => addCamera(text, camera)?.text;

const LINES = '  - id: door\n    url: rtsp://u:${PW}@cam/1\n';

describe('addCamera', () => {
  it.each([
    ['begins a file', '', `cameras:\n${LINES}`],
    ['adds the list', '# mine\ndata: data', `# mine\ndata: data\ncameras:\n${LINES}`],
    [
      'replaces an empty list and keeps what is behind it',
      '# Cameras\ncameras: [] # none yet\ndata: x\n',
      `# Cameras\ncameras: # none yet\n${LINES}data: x\n`,
    ],
    ['fills a key without a value', 'cameras: # none\n\ndata: x\n', `cameras: # none\n${LINES}\ndata: x\n`],
    ['replaces null', 'cameras: null\ndata: x\n', `cameras:\n${LINES}data: x\n`],
    [
      'goes behind the last camera, before the comments of the next key',
      'cameras:\n  - id: a # A\n    url: "test:"\n    zones:\n      - { name: z, points: [[0, 0], [1, 0], [1, 1]] } # Z\n\n# where\ndata: x\n',
      `cameras:\n  - id: a # A\n    url: "test:"\n    zones:\n      - { name: z, points: [[0, 0], [1, 0], [1, 1]] } # Z\n${LINES}\n# where\ndata: x\n`,
    ],
    [
      'keeps the indentation of a list, and a missing last line break',
      'cameras:\n- id: a\n  url: x.mp4',
      'cameras:\n- id: a\n  url: x.mp4\n- id: door\n  url: rtsp://u:${PW}@cam/1\n',
    ],
    [
      'writes into brackets',
      'cameras: [{ id: a, url: x.mp4 }]\n',
      'cameras: [{ id: a, url: x.mp4 }, { "id": "door", "url": "rtsp://u:${PW}@cam/1" }]\n',
    ],
    [
      'writes into JSON',
      '{"data": "x"}',
      '{ "cameras": [{ "id": "door", "url": "rtsp://u:${PW}@cam/1" }],"data": "x"}',
    ],
    [
      'stays before the end of a document',
      'data: x\n...\n# end\n',
      `data: x\ncameras:\n${LINES}...\n# end\n`,
    ],
    ['goes behind the mark of a document', '---\n', `---\ncameras:\n${LINES}`],
    [
      'keeps CRLF',
      'cameras:\r\n  - id: a\r\n    url: x\r\n',
      `cameras:\r\n  - id: a\r\n    url: x\r\n${LINES.replaceAll('\n', '\r\n')}`,
    ],
  ])('%s and leaves the rest alone', (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  it.each([
    ['an alias', 'a: &a [{ id: x, url: y }]\ncameras: *a\n'],
    ['a text', 'cameras: none\n'],
    ['a second document', 'data: x\n---\n'],
  ])('refuses %s', (_, text) => {
    expect(add(text)).toBeUndefined();
  });

  it('quotes what YAML would read as something else, and reports the lines', () => {
    const camera = { id: '123', url: 'rtsp://u:a #b: {c}@cam/1', transport: 'udp' as const };
    expect(addCamera('', camera)?.lines.map(({ text }) => text)).toEqual([
      'cameras:',
      '  - id: "123"',
      '    url: "rtsp://u:a #b: {c}@cam/1"',
      '    transport: udp',
    ]);
  });
});
