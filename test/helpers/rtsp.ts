import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { lineMatching } from './cli.js';
import { ffmpeg } from './ffmpeg.js';
import { root } from './paths.js';
import { temporaryFolder } from './temporary.js';

/** The system's own: the GStreamer bindings are Debian packages. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = path.join(root, 'assets/rtspServer.py');

let isThere: boolean | undefined;

/** Skips the test with the reason when GStreamer's RTSP server is not installed. */
export function needRtsp(context: TestContext): void {
  isThere ??= spawnSync(PYTHON, [SCRIPT, '--check'], { stdio: 'ignore' }).status === 0;
  if (!isThere) context.skip('needs an RTSP server: node .ci/setup.mjs --tests installs it on Debian');
}

export interface RtspOptions {
  /** H.264 in MP4. */
  clip: string;
  /** The same smaller: then /main is the clip and /sub this. */
  sub?: string;
  /** Refuse TCP as the transport of the pictures. */
  udpOnly?: boolean;
  /** Who may see it; everybody where nobody is named. */
  users?: [user: string, password: string][];
  /** Where to listen; a free port otherwise. */
  port?: number;
}

export interface RtspServer {
  port: number;
  child: ChildProcess;
  /** Ends it with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
}

/** A real RTSP server on 127.0.0.1 with the paths /cam and /sound. Ends with the test. */
export async function startRtsp(options: RtspOptions): Promise<RtspServer> {
  const child = spawn(PYTHON, [SCRIPT, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const ready = await lineMatching(child, 'stdout', /^ready \d+$/);
  return { port: Number(ready.split(' ')[1]), child, kill };
}

/** How a marker clip's picture is divided: a row of bits over four fields. */
export const MARKER = { bits: 10, fields: [60, 110, 160, 210] } as const;

/**
 * A clip of 320x180 px, 25 frames a second, in which every frame carries its number (10 bits, black or white, in the
 * upper third) and four fields of known grey below: whoever reads both right has a whole, aligned frame.
 */
export function makeMarkerClip(file: string, seconds: number, size = '320x180', ...output: string[]): void {
  const bits = Array.from(
    { length: MARKER.bits },
    (_, bit) =>
      `drawbox=x=iw*${bit}/10:y=0:w=iw/10:h=ih/3:color=white:t=fill:enable='bitand(n\\,${2 ** bit})'`,
  );
  const fields = MARKER.fields.map((luma, index) => {
    const grey = Math.round(((luma - 16) * 255) / 219)
      .toString(16)
      .padStart(2, '0');
    return `drawbox=x=iw*${index}/4:y=ih/3:w=iw/4+1:h=ih:color=0x${grey.repeat(3)}:t=fill`;
  });
  const picture = [`color=black:size=${size}:rate=25`, ...fields, ...bits].join(',');
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '12', '-g', '25', '-pix_fmt', 'yuv420p'];
  ffmpeg('-f', 'lavfi', '-i', picture, '-t', String(seconds), ...x264, ...output, file);
}

/** A marker clip as an MPEG transport stream, for a web server to send. */
export function markerStream(seconds: number, size = '320x180'): Buffer {
  const file = path.join(temporaryFolder(), 'clip.ts');
  makeMarkerClip(file, seconds, size, '-f', 'mpegts');
  return readFileSync(file);
}
