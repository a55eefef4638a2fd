import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from '../helpers/cli.js';
import { configure, eventually, metric } from '../helpers/daemon.js';
import { sparse } from '../helpers/ffmpeg.js';
import { Fifo } from '../helpers/fifo.js';
import { demoClip } from '../helpers/paths.js';

describe('spotter run: output', () => {
  it('goes on, and ends on SIGTERM, while nobody reads stderr and the reader of stdout is gone', async () => {
    const config = configure([{ id: 'demo', url: sparse(demoClip), loop: true, realtime: true }]);
    const stderr = new Fifo();
    stderr.fill();
    const child = start(['run', '-c', config], { stdio: ['ignore', 'pipe', stderr.writer()] });
    const exited = once(child, 'exit');
    child.stdout?.destroy();
    const control = path.join(path.dirname(config), 'data', 'control.json');
    await eventually(() => existsSync(control), Boolean);
    const { address } = JSON.parse(readFileSync(control, 'utf8'));
    const lost = () => metric(address, 'spotter_output_lines_lost_total{stream="stdout"}');
    await eventually(lost, (lines) => lines > 1);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    let log = '';
    await eventually(
      () => {
        log += stderr.read();
        return log;
      },
      (text) => text.includes('going on without stdout: its reader is gone'),
    );
    expect(log.split('going on without stdout').length - 1).toBe(1);
    stderr.fill();
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
