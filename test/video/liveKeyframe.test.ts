import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startWeb, streaming } from '../helpers/chaos.js';
import { failureOf, live, look, markerOf } from '../helpers/live.js';
import { makeMarkerClip } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SECONDS = 10;
/** Time for ffmpeg to start and to find video, also on a busy machine. */
const connectMs = 4000;

/** A stream that is joined one second after a keyframe, and seven before the next. */
function joinedLate(): Buffer {
  const file = path.join(temporaryFolder(), 'clip.ts');
  const keyframes = ['-g', '1000', '-force_key_frames', '8'];
  makeMarkerClip(file, SECONDS, '320x180', ...keyframes, '-muxrate', '2M', '-f', 'mpegts');
  const bytes = readFileSync(file);
  return bytes.subarray(Math.floor(bytes.length / SECONDS));
}

describe('LiveSource: a stream that is joined between two keyframes', () => {
  it('is live with the next keyframe, and says what it waits for', async () => {
    const port = await startWeb(streaming('video/mp2t', joinedLate(), SECONDS - 1));
    const { source, notices } = live(`http://127.0.0.1:${port}/cam.ts`, { connectMs });
    await look(source, 3, markerOf);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^127\.0\.0\.1:\d+ sends video, but no keyframe for 4 s \(ffmpeg reports .*h264: .+\); waiting for one for up to 40 s\. A shorter keyframe interval in the camera helps$/,
    );
  });

  it('is no video when no keyframe comes for too long', async () => {
    const port = await startWeb(streaming('video/mp2t', joinedLate(), SECONDS - 1));
    const limits = { connectMs, keyframeMs: 5000 };
    const error = await failureOf(live(`http://127.0.0.1:${port}/cam.ts`, limits).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toMatch(
      /sends video, but none that can be decoded within 5 s \(ffmpeg reports (\d+ times: )?h264: .+\); shorten the keyframe interval/,
    );
  });

  it('is not waited for where nothing but an answer has come', async () => {
    const port = await startWeb((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' }).flushHeaders();
    });
    const { source, notices } = live(`http://127.0.0.1:${port}/cam.ts`, { connectMs: 1000 });
    expect(await failureOf(source)).toMatchObject({ code: 'camera.unreachable' });
    expect(notices).toEqual([]);
  });
});
