import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { DEMO_CLIP, ended, familyOf, pause, startDaemon, within, writeConfig } from './daemon.js';
import { type Spread, spreadOf } from './statistics.js';

/** How a daemon survives kills of its engine. */
export interface KillResult {
  runs: number;
  /** From the kill to the next engine being ready, and to a camera being live, ms. */
  readyMs: Spread;
  framesMs: Spread;
  /** Kills after which no gap was published. */
  missingGaps: number;
  /** Whether one WebSocket connection stayed open throughout. */
  connected: boolean;
}

const SIGNALS = ['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const;
const POLL_MS = 10;
const GIVE_UP_MS = 30_000;

/** Kills the engine of a running daemon repeatedly and measures how long recognition is down. */
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
  let onGap = () => {};
  client.on('close', () => {
    connected = false;
  });
  client.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.kind === 'gap' && message.camera === 'pattern') {
      gaps++;
      onGap();
    }
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
      const gap = new Promise<void>((resolve) => {
        onGap = resolve;
      });
      const start = performance.now();
      process.kill(engine.pid, SIGNALS[run % SIGNALS.length]);
      const readyMs = (await readyAt(address, signal)) - start;
      await within(GIVE_UP_MS, live, signal);
      const framesMs = performance.now() - start;
      // The gap is published after the first frame.
      await within(GIVE_UP_MS, gap, signal);
      if (signal.aborted) break;
      ready.push(readyMs);
      frames.push(framesMs);
    }
  } finally {
    client.removeAllListeners('close');
    client.terminate();
    await ended(daemon);
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    runs: frames.length,
    readyMs: spreadOf(ready),
    framesMs: spreadOf(frames),
    missingGaps: frames.length - gaps,
    connected,
  };
}

/** Waits until /readyz has answered 503, then 200. @returns that moment; after 30 s it gives up */
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
