import { describe, expect, it } from 'vitest';
import { answering, closedPort, malformedMotionJpeg, motionJpeg, startWeb } from '../helpers/chaos.js';
import { made } from '../helpers/ffmpeg.js';
import { failureOf, live, look, lumaAt, markerOf } from '../helpers/live.js';
import { markerStream } from '../helpers/rtsp.js';

describe('LiveSource: a stream over HTTP', () => {
  it('of motion JPEG gives frames with their colours', async () => {
    const picture = made('red.jpg', '-f', 'lavfi', '-i', 'color=red:size=320x180', '-frames:v', '1');
    const port = await startWeb(motionJpeg(picture, 50));
    const { source, dropped } = live(`http://127.0.0.1:${port}/video`);
    await look(source, 5, (frame) => {
      expect(frame.image.colour).toEqual({ matrix: 'bt601', fullRange: false });
      // Red in limited range; in full range its luma would be 76.
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - 81)).toBeLessThan(3);
    });
    expect(dropped).not.toContain('stale');
  });

  it.each([
    'no boundary before the first picture',
    'parts without a type',
    'a status line in the body',
    'a wrong length',
  ] as const)('of malformed motion JPEG gives frames: %s', async (mistake) => {
    const picture = made('red.jpg', '-f', 'lavfi', '-i', 'color=red:size=320x180', '-frames:v', '1');
    const port = await startWeb(malformedMotionJpeg(picture, 50, mistake));
    const { source, dropped, notices } = live(`http://127.0.0.1:${port}/video`);
    await look(source, 5, (frame) => {
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - 81)).toBeLessThan(3);
    });
    expect(dropped).not.toContain('stale');
    const hints = notices.filter((notice) => notice.includes('set input.format to mjpeg'));
    expect(hints).toHaveLength(1);
  });

  it('is read by the demuxer of the configuration, under the very address', async () => {
    const picture = made('red.jpg', '-f', 'lavfi', '-i', 'color=red:size=320x180', '-frames:v', '1');
    const asked: [url: unknown, login: unknown][] = [];
    const port = await startWeb((request, response) => {
      if (request.headers.authorization) asked.push([request.url, request.headers.authorization]);
      if (!request.headers.authorization)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end();
      else motionJpeg(picture, 50)(request, response);
    });
    const where = "/it's:a,[b];c?x=1:2&y='z'";
    const { source } = live(`http://us'er:p'a:ss@127.0.0.1:${port}${where}`, {
      demuxer: 'mjpeg',
      input: { user_agent: "o'clock:x" },
    });
    await look(source, 3);
    expect(asked).toEqual([[where, `Basic ${Buffer.from("us'er:p'a:ss").toString('base64')}`]]);
  });

  it('that is a playlist may name its segments as it likes', async () => {
    const clip = markerStream(2);
    const list =
      '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\npart.php\n#EXT-X-ENDLIST\n';
    const port = await startWeb((request, response) => {
      if (request.url === '/live.m3u8') answering('application/vnd.apple.mpegurl', list)(request, response);
      else answering('video/mp2t', clip)(request, response);
    });
    await look(live(`http://127.0.0.1:${port}/live.m3u8`).source, 3, markerOf);
  });

  it.each([
    ['smaller', '640x360', '320x180'],
    ['larger', '320x180', '640x360'],
  ])('keeps frames whole when they become %s', async (_what, ...sizes) => {
    const parts = sizes.map((size) => markerStream(2, size));
    const port = await startWeb(answering('video/mp2t', Buffer.concat(parts)));
    const { source } = live(`http://127.0.0.1:${port}/change.ts`);
    const numbers: number[] = [];
    const error = await failureOf(source, (frame) => {
      expect([frame.image.width, frame.image.height].join('x')).toBe(sizes[0]);
      numbers.push(markerOf(frame));
    });
    expect(error.code).toBe('camera.ended');
    // The second part begins at 0 again, so the change was seen.
    expect(numbers.filter((number, index) => number < numbers[index - 1])).toHaveLength(1);
  });

  it('fails rather than stretch pictures of another shape, and is right when opened again', async () => {
    const [wide, high] = ['640x360', '480x360'].map((size) => markerStream(2, size));
    let opened = 0;
    const port = await startWeb((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      response.end(opened++ === 0 ? Buffer.concat([wide, high]) : high);
    });
    const numbers: number[] = [];
    const error = await failureOf(live(`http://127.0.0.1:${port}/change.ts`).source, (frame) => {
      expect(frame.image).toMatchObject({ width: 640, height: 360 });
      numbers.push(markerOf(frame));
    });
    expect(error).toMatchObject({ code: 'camera.reshaped' });
    expect(error.message).toContain('has changed from 640x360 to 480x360;');
    // The second part begins at 0 again: nothing of it was offered.
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    await look(live(`http://127.0.0.1:${port}/change.ts`).source, 3, (frame) => {
      expect(frame.image).toMatchObject({ width: 480, height: 360 });
      markerOf(frame);
    });
  });

  it.each([
    ['a web page', 'text/html', '<!doctype html><title>Log in</title>', 'sends a web page'],
    [
      'something else',
      'application/octet-stream',
      Buffer.alloc(20_000, 7),
      'sends no video that ffmpeg knows',
    ],
  ])('that is %s is no video', async (_what, type, body, sentence) => {
    const port = await startWeb(answering(type, body));
    const error = await failureOf(live(`http://user:secret@127.0.0.1:${port}/`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('secret');
  });

  it.each(['still.jpg', 'snapshot.cgi'])('that is a single picture is no video: %s', async (name) => {
    const picture = made('still.jpg', '-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-frames:v', '1');
    const port = await startWeb(answering('image/jpeg', picture));
    const error = await failureOf(live(`http://127.0.0.1:${port}/${name}`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('sends a single picture');
  });

  it.each(['png', 'bmp'])('that is a single picture is never live, although it decodes: %s', async (kind) => {
    const picture = made(`still.${kind}`, '-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-frames:v', '1');
    const port = await startWeb(answering(`image/${kind}`, picture));
    const { source, came } = live(`http://127.0.0.1:${port}/still.${kind}`);
    const seen: number[] = [];
    const error = await failureOf(source, ({ seq }) => seen.push(seq));
    expect(error.message).toContain('sends a single picture');
    expect(came.whole).toBe(1);
    expect(seen).toEqual([]);
  });

  it.each([
    [401, 'camera.auth', 'refuses the user name or the password'],
    [403, 'camera.auth', 'does not let this user see the stream'],
    [404, 'camera.unreachable', 'has no stream under this path'],
    [500, 'camera.unreachable', 'answers with a server error'],
  ])('that answers %i says what that means', async (status, code, sentence) => {
    const port = await startWeb(answering('text/plain', 'no', status));
    const error = await failureOf(live(`http://user:secret@127.0.0.1:${port}/video`).source);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['one to the next without end', '/video', 'redirects from one address to the next without end;'],
    [
      'RTSP',
      'rtsp://127.0.0.1/cam',
      'another kind, rtsp:, which is not followed; give that rtsp:// address in',
    ],
    [
      'a long word',
      `${'a'.repeat(5000)}:x`,
      `another kind, ${'a'.repeat(20)}…, which is not followed; check`,
    ],
    ['a file', 'file:///etc/hostname', 'another kind, file:, which is not followed; check the path'],
  ])('that redirects says where: %s', async (_where, location, sentence) => {
    const port = await startWeb((_request, response) => response.writeHead(302, { location }).end());
    const error = await failureOf(live(`http://127.0.0.1:${port}/video`).source);
    expect(error).toMatchObject({ code: 'camera.unreachable' });
    expect(error.message).toContain(sentence);
  });

  it.each([
    ['refuses the connection', '/x', 'refuses the connection; check'],
    ['has no address', 'http://camera.invalid/x', 'the host name of camera.invalid, to which'],
  ])('that leads to a server which %s names that one', async (_what, place, sentence) => {
    const closed = `127.0.0.1:${await closedPort()}`;
    const location = place === '/x' ? `http://${closed}/x` : place;
    const port = await startWeb((_request, response) => response.writeHead(302, { location }).end());
    const { message } = await failureOf(live(`http://127.0.0.1:${port}/video`).source);
    expect(message).toContain(sentence);
    expect(message).toContain(`${new URL(location).host}, to which 127.0.0.1:${port} leads,`);
  });

  it.each([
    ['no segments', '#EXTM3U\n#EXT-X-TARGETDURATION:2\n', 'sends a playlist (HLS) without segments;'],
    ['nothing', '#EXTM3U\n', 'sends a playlist (HLS) in which ffmpeg finds no video;'],
  ])('that is a playlist with %s in it says so', async (_what, list, sentence) => {
    const port = await startWeb(answering('application/vnd.apple.mpegurl', list));
    const error = await failureOf(live(`http://127.0.0.1:${port}/live.m3u8`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain(sentence);
  });

  it('of tiny pictures is no video', async () => {
    const picture = made('tiny.jpg', '-f', 'lavfi', '-i', 'color=red:size=8x8', '-frames:v', '1');
    const port = await startWeb(motionJpeg(picture, 50));
    const error = await failureOf(live(`http://127.0.0.1:${port}/video`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('are smaller than 16 px, too small for a face');
  });
});
