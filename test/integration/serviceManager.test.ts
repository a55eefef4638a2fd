import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { start } from '../helpers/cli.js';
import { configure } from '../helpers/daemon.js';
import { needSystemdNotify, notifySocket } from '../helpers/notifySocket.js';

describe('spotter run', () => {
  it('reports to a service manager when it is ready, alive and stopping', async (context) => {
    needSystemdNotify(context);
    const { file, message, seen } = await notifySocket();
    const child = start(['run', '-c', configure([]), '--events', 'off'], {
      stdio: 'ignore',
      env: { ...process.env, NOTIFY_SOCKET: file, WATCHDOG_USEC: '400000' },
    });
    await message('READY=1');
    await message('WATCHDOG=1');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    await message('STOPPING=1');
    expect(code).toBe(0);
    expect(seen.slice(0, 2)).toEqual(['READY=1', 'STATUS=watching 0 cameras']);
  });
});
