import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.js';
import { Decoder } from '../../src/video/ffmpeg.js';
import { frameModeOption } from '../../src/video/ffmpegVersion.js';
import { liveCommand } from '../../src/video/liveCommand.js';
import { Y4mReader } from '../../src/video/y4m.js';
import { startWeb } from '../helpers/chaos.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { live, look } from '../helpers/live.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Decodes 4 s in real time, 25 frames per second, at 5 per second. @returns how many are kept */
async function keptOf(clock: string): Promise<number> {
  const usual = {
    transport: 'tcp',
    maxWidth: 64,
    rotate: 0,
    hardware: 'none',
    input: {},
    demuxer: null,
    stream: 0,
  } as const;
  const { filters, format, logLevel } = liveCommand(
    { ...usual, address: parseAddress('rtsp://host/x'), isPlaylist: false, fps: 5, timeoutMs: 5000 },
    { major: 5, isPicky: false },
  );
  let kept = 0;
  const decoder = new Decoder(
    {
      input: 'testsrc2=s=64x48:r=25:d=4',
      stream: 0,
      inputOptions: ['-re', '-f', 'lavfi'],
      filters: [`setpts='${clock}'`, ...filters],
      format,
      logLevel,
    },
    await frameModeOption(),
    new Y4mReader({
      onSize: () => {},
      acquire: () => null,
      onFrame: () => {},
      onRest: () => {},
      onFault: (error) => {
        throw error;
      },
    }),
    { onStamp: () => void kept++ },
  );
  await decoder.ended;
  return kept;
}

/** One-second segments; the timestamps begin at so many seconds. */
function segments(seconds: number, startS: number): Buffer[] {
  const folder = temporaryFolder();
  ffmpeg(
    ...[
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=160x120:r=25:d=${seconds}`,
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
    ],
    ...['-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-output_ts_offset', `${startS}`],
    ...['-f', 'segment', '-segment_time', '1', '-segment_format', 'mpegts', path.join(folder, '%02d.ts')],
  );
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(path.join(folder, name)));
}

describe('LiveSource of a clock that is wrong', () => {
  it('keeps as many frames as asked for, whatever the timestamps', async () => {
    const clocks = ['PTS', '0', 'floor(T)/TB', 'PTS+if(eq(mod(N,50),7),9800/TB,0)'];
    for (const kept of await Promise.all(clocks.map(keptOf))) {
      expect(kept).toBeGreaterThanOrEqual(15);
      expect(kept).toBeLessThanOrEqual(25);
    }
  });

  it('spreads the frames of a playlist over time after its encoder restarts, under any address', async () => {
    const before = segments(2, 100);
    const all = [...before, ...segments(8, 0)];
    const startMs = performance.now();
    const port = await startWeb((request, response) => {
      const number = /\/(\d+)\.ts/.exec(String(request.url))?.[1];
      if (number !== undefined) {
        response.writeHead(200, { 'content-type': 'video/mp2t' }).end(all[Number(number)]);
        return;
      }
      const known = Math.min(all.length, 1 + Math.floor((performance.now() - startMs) / 1000));
      const list = all.slice(0, known).map((_, index) => {
        const cut = index === before.length ? '#EXT-X-DISCONTINUITY\n' : '';
        return `${cut}#EXTINF:1.0,\n${index}.ts\n`;
      });
      response
        .writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' })
        .end(`#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n${list.join('')}`);
    });
    const { source, notices } = live(`http://127.0.0.1:${port}/live?of=door`, { fps: 5 });
    const times: number[] = [];
    while (!notices.some((notice) => notice.includes('has jumped'))) await look(source, 1);
    await look(source, 20, ({ mediaTimeMs }) => times.push(mediaTimeMs));
    const steps = times.slice(1).map((ms, index) => ms - times[index]);
    // Segments arrive at once: without pacing, four of five frames come within milliseconds.
    expect(steps.sort((a, b) => a - b)[9]).toBeGreaterThan(100);
  });
});
