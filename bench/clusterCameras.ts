import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../src/core/package.js';
import { killed } from './daemon.js';
import type { Machine } from './machines.js';
import { makeScene } from './scene.js';
import type { Span } from './watchSpans.js';

const SERVER = path.join(packageRoot, 'assets/rtspServer.py');
const PORT = 8554;
const SCENE_SECONDS = 25;

/** RTSP cameras on a machine, and who is connected to each. */
export interface CameraServer {
  /** As in config.yaml. */
  cameras: { id: string; url: string; fps: number }[];
  /** Who was connected to which camera, from when to when. */
  spans: Span[];
  kill: () => Promise<void>;
}

/**
 * Makes a clip in which people come and go. @param minutes duration, at least one @returns its file
 */
export function makeLongClip(folder: string, minutes: number): string {
  const once = path.join(folder, 'scene.mp4');
  const clip = path.join(folder, 'clip.mp4');
  makeScene({ scene: 'visits', width: 640, seconds: SCENE_SECONDS }, once);
  const times = String(Math.ceil((minutes * 60) / SCENE_SECONDS));
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', times, '-i', once, '-c', 'copy', clip], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return clip;
}

/**
 * Starts an RTSP server with so many cameras.
 *
 * @param clip what they show, once: longer than they are needed
 * @param nodes who may connect, by address
 */
export async function startCameras(
  machine: Machine,
  clip: string,
  { count, fps }: { count: number; fps: number },
  nodes: readonly Machine[],
): Promise<CameraServer> {
  const ids = Array.from({ length: count }, (_, index) => `rtsp-${index + 1}`);
  const options = {
    clip,
    port: PORT,
    address: machine.cameraIp,
    paths: ids.map((id) => `/${id}`),
    isReporting: true,
  };
  const server = spawn(...machine.command('/usr/bin/python3', [SERVER, JSON.stringify(options)]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const spans: Span[] = [];
  await readReports(server, spans, new Map(nodes.map(({ cameraIp, name }) => [cameraIp, name])));
  return {
    cameras: ids.map((id) => ({ id, url: `rtsp://${machine.cameraIp}:${PORT}/${id}`, fps })),
    spans,
    kill: () => killed(server),
  };
}

/** Notes what the server reports; resolves when it is ready. */
async function readReports(server: ChildProcess, spans: Span[], nodes: Map<string, string>): Promise<void> {
  const open = new Map<string, Span[]>();
  await new Promise<void>((resolve, reject) => {
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    lines.once('close', () => reject(new Error('the RTSP server has ended')));
    lines.on('line', (line) => {
      const [what, ...fields] = line.split(' ');
      if (what === 'ready') resolve();
      if (what === 'play') {
        const [connection, ip, camera] = fields;
        const span = {
          camera: camera.slice(1),
          node: nodes.get(ip) ?? ip,
          fromMs: performance.now(),
          toMs: null,
        };
        spans.push(span);
        open.set(connection, [...(open.get(connection) ?? []), span]);
      }
      if (what === 'closed') {
        for (const span of open.get(fields[0]) ?? []) span.toMs = performance.now();
        open.delete(fields[0]);
      }
    });
  });
}
