import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { lineMatching, start } from './cli.js';
import { sparse } from './ffmpeg.js';
import { demoClip, demoGallery } from './paths.js';
import { temporaryFolder } from './temporary.js';

export interface CameraEntry {
  id: string;
  url?: string;
  [key: string]: unknown;
}

export type Message = Record<string, unknown>;

/** The text of a configuration on a free port, with the demo's people; by default cameras play every fifth frame of the demo's clip. */
export function configText(cameras: CameraEntry[], more = ''): string {
  const list = cameras.map(
    (camera) => `  - ${JSON.stringify({ url: sparse(demoClip), realtime: false, ...camera })}`,
  );
  const head = cameras.length > 0 ? `cameras:\n${list.join('\n')}\n` : '';
  // A second thread would load the networks once more, which takes longer than most tests have frames for.
  const workers = /^workers:/m.test(more) ? '' : 'workers: 1\n';
  return `${head}gallery: ${demoGallery}\nhttp: { port: 0 }\n${workers}${more}`;
}

/** The same as a file in a folder of its own. */
export function configure(cameras: CameraEntry[], more = ''): string {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, configText(cameras, more));
  return file;
}

export interface Daemon {
  child: ChildProcess;
  /** http://host:port */
  address: string;
  /** Everything on stderr so far. */
  log: () => string;
}

/** Starts the daemon and waits until it reports its address. */
export async function daemon(config: string, ...args: string[]): Promise<Daemon> {
  const child = start(['run', '-c', config, ...args]);
  let log = '';
  child.stderr?.on('data', (data) => {
    log += data;
  });
  const line = await lineMatching(child, 'stderr', /metrics http/);
  child.stderr?.resume();
  const [, address] = /metrics (http:\/\/[^/]+)\/metrics/.exec(line) ?? [];
  return { child, address, log: () => log };
}

/** A WebSocket client that records everything it receives. */
export class Listener {
  readonly socket: WebSocket;
  readonly seen: Message[] = [];
  #waiting: (() => void)[] = [];

  /** @param query such as ?since=3 */
  constructor(address: string, query = '') {
    this.socket = new WebSocket(`${address.replace('http', 'ws')}/ws${query}`);
    this.socket.on('error', () => {});
    onTestFinished(() => this.socket.terminate());
    this.socket.on('message', (data) => {
      this.seen.push(JSON.parse(data.toString()));
      this.#wake();
    });
    this.socket.on('close', () => this.#wake());
  }

  /** The first message from position `from` on that fits; rejects when the connection ends without one. */
  async until(fits: (message: Message) => boolean, from = 0): Promise<Message> {
    for (let next = from; ; next++) {
      while (next >= this.seen.length) {
        if (this.socket.readyState > WebSocket.OPEN)
          throw new Error(`closed after ${this.seen.length} messages, none of which fits`);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      if (fits(this.seen[next])) return this.seen[next];
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when a camera has a state, from position `from` on. */
  camera(id: string, state: string, from = 0): Promise<Message> {
    return this.until((message) => {
      if (message.type === 'camera') return message.id === id && message.state === state;
      const cameras = (message.cameras ?? []) as Message[];
      return message.type === 'hello' && cameras.some((camera) => camera.id === id && camera.state === state);
    }, from);
  }
}

/** Polls until the answer is right, for a far end that sends no event. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  right: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  return vi.waitFor(
    async () => {
      const answer = await ask();
      if (!right(answer))
        throw new Error(
          `still ${(typeof answer === 'string' ? answer : JSON.stringify(answer)).slice(0, 500)}`,
        );
      return answer;
    },
    { timeout: timeoutMs, interval: 50 },
  );
}

export async function metricsOf(address: string): Promise<string> {
  return (await fetch(`${address}/metrics`)).text();
}

/** The value of a sample by its full name, labels included; 0 when there is none yet. */
export async function metric(address: string, name: string): Promise<number> {
  const line = (await metricsOf(address)).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

/** Frames of a camera with an outcome. */
export function frames(
  address: string,
  camera: string,
  outcome: 'processed' | 'dropped' | 'failed' = 'processed',
): Promise<number> {
  return metric(address, `spotter_frames_total{camera="${camera}",outcome="${outcome}"}`);
}

/** Waits until a camera has so many more processed frames than now. */
export async function framesFlow(address: string, camera: string, count = 1): Promise<void> {
  const before = await frames(address, camera);
  await eventually(
    () => frames(address, camera),
    (now) => now >= before + count,
  );
}

/** How often each camera was opened again and why, as `camera reason`, without the reasons that there were not. */
export async function restarts(address: string): Promise<Map<string, number>> {
  const samples = (await metricsOf(address)).matchAll(
    /^spotter_camera_restarts_total\{camera="([^"]*)",reason="([^"]*)"\} ([1-9]\d*)$/gm,
  );
  return new Map([...samples].map(([, camera, reason, count]) => [`${camera} ${reason}`, Number(count)]));
}
