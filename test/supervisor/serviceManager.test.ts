import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServiceManager } from '../../src/supervisor/serviceManager.js';
import { needSystemdNotify, notifySocket } from '../helpers/notifySocket.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('ServiceManager', () => {
  it('reports ready, signs of life and stopping to the socket, and hides it from child processes', async (context) => {
    needSystemdNotify(context);
    const { file, message, seen } = await notifySocket();
    const environment = {
      NOTIFY_SOCKET: file,
      WATCHDOG_USEC: '200000',
      WATCHDOG_PID: String(process.pid),
      PATH: 'x',
    };
    const faults: string[] = [];
    const manager = new ServiceManager(environment, (sentence) => faults.push(sentence));
    expect(environment).toEqual({ PATH: 'x' });
    manager.ready('watching 2 cameras');
    await message('WATCHDOG=1');
    manager.stopping();
    manager.stopping();
    await manager.stop();
    await message('STOPPING=1');
    expect(seen.slice(0, 2)).toEqual(['READY=1', 'STATUS=watching 2 cameras']);
    expect(seen.filter((line) => line === 'STOPPING=1')).toHaveLength(1);
    expect(seen.at(-1)).toBe('STOPPING=1');
    expect(faults).toEqual([]);
  });

  it('does nothing without a service manager, and sends no sign of life that is wanted of another process', async (context) => {
    needSystemdNotify(context);
    const none = new ServiceManager({}, () => expect.unreachable());
    none.ready('');
    none.stopping();
    await none.stop();
    const { file, message, seen } = await notifySocket();
    const other = new ServiceManager(
      { NOTIFY_SOCKET: file, WATCHDOG_USEC: '1000', WATCHDOG_PID: String(process.pid + 1) },
      () => expect.unreachable(),
    );
    other.ready('up');
    other.stopping();
    await other.stop();
    await message('STOPPING=1');
    expect(seen).not.toContain('WATCHDOG=1');
  });

  it('says once when it cannot report', async (context) => {
    needSystemdNotify(context);
    const faults: string[] = [];
    const socket = path.join(temporaryFolder(), 'missing');
    const manager = new ServiceManager({ NOTIFY_SOCKET: socket }, (sentence) => faults.push(sentence));
    manager.ready('up');
    manager.stopping();
    await manager.stop();
    expect(faults).toEqual([expect.stringMatching(/^cannot report to the service manager: .*Type=exec/)]);
  });
});
