import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { DEMO_CLIP, ended, familyOf, pause, startDaemon, writeConfig } from './daemon.js';
import { quantile } from './statistics.js';

export interface KillResult {
  runs: number;
  /** From the signal to the next engine being ready, and to a camera's frames, ms. */
  readyMs: { p50: number; worst: number };
  framesMs: { p50: number; worst: number };
  /** Kills after which no gap was told. */
  untold: number;
  /** Whether one WebSocket connection held through all of it. */
  connected: boolean;
}

const SIGNALS = ['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const;
const POLL_MS = 10;
const GIVE_UP_MS = 30_000;

/** Ends the engine of a working daemon again and again, and measures how long nobody watches. */
export async function measureKill(runs: number, signal: AbortSignal): Promise<KillResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const config = writeConfig(folder, [
    { id: 'door', url: DEMO_CLIP, loop: true },
    { id: 'pattern', url: 'test:', motion: { enabled: false } },
  ]);
  const { daemon, address } = await startDaemon(config);
  const client = new WebSocket(`ws://${address}/ws`);
  let connected = true;
  let gaps = 0;
  let onLive = () => {};
  client.on('close', () => {
    connected = false;
  });
  client.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.kind === 'gap' && message.camera === 'pattern') gaps++;
    if (message.type === 'camera' && message.id === 'pattern' && message.state === 'live') onLive();
  });
  const ready: number[] = [];
  const frames: number[] = [];
  try {
    await once(client, 'open');
    for (let run = 0; run < runs && !signal.aborted; run++) {
      await pause(2000 + 3000 * Math.random(), signal);
      const engine = familyOf(daemon.pid ?? 0).find(({ pid, name }) => name === 'node' && pid !== daemon.pid);
      if (!engine) continue;
      const live = new Promise<void>((resolve) => {
        onLive = resolve;
      });
      const start = performance.now();
      process.kill(engine.pid, SIGNALS[run % SIGNALS.length]);
      ready.push((await readyAt(address, signal)) - start);
      await Promise.race([live, pause(GIVE_UP_MS, signal)]);
      frames.push(performance.now() - start);
    }
  } finally {
    client.removeAllListeners('close');
    client.terminate();
    await ended(daemon);
    rmSync(folder, { recursive: true, force: true });
  }
  const summary = (values: number[]) => ({ p50: quantile(values, 0.5), worst: Math.max(...values) });
  return {
    runs: frames.length,
    readyMs: summary(ready),
    framesMs: summary(frames),
    untold: frames.length - gaps,
    connected,
  };
}

/** When the daemon says again that it is ready, after it said that it is not. */
async function readyAt(address: string, signal: AbortSignal): Promise<number> {
  const giveUp = performance.now() + GIVE_UP_MS;
  for (const wanted of [503, 200]) {
    while (performance.now() < giveUp && !signal.aborted) {
      const { status } = await fetch(`http://${address}/readyz`);
      if (status === wanted) break;
      await pause(POLL_MS, signal);
    }
  }
  return performance.now();
}
