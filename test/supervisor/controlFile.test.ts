import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ControlFile, readControl } from '../../src/supervisor/controlFile.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('ControlFile', () => {
  it('holds address and token until the daemon stops, readable by the owner only', async () => {
    const data = temporaryFolder();
    writeFileSync(path.join(data, 'control.json'), 'left by another', { mode: 0o644 });
    const file = new ControlFile(data, () => 'http://127.0.0.1:8480');
    await file.start();
    expect(statSync(path.join(data, 'control.json')).mode & 0o777).toBe(0o600);
    expect(readControl(data)).toEqual({ address: 'http://127.0.0.1:8480', token: file.token });
    expect(file.token).toMatch(/^[\w-]{43}$/);
    expect(new ControlFile(data, () => '').token).not.toBe(file.token);
    await file.stop();
    expect(readdirSync(data)).toEqual([]);
    await file.stop();
  });

  it.each([
    ['http://0.0.0.0:80', 'http://127.0.0.1:80'],
    ['http://[::]:80', 'http://[::1]:80'],
    ['http://[::1]:80', 'http://[::1]:80'],
    ['http://192.0.2.1:80', 'http://192.0.2.1:80'],
  ])('holds an address to connect to: %s becomes %s', async (listening, address) => {
    const data = temporaryFolder();
    const file = new ControlFile(data, () => listening);
    await file.start();
    expect(readControl(data)?.address).toBe(address);
  });

  it('is not written into a missing folder', async () => {
    const data = path.join(temporaryFolder(), 'gone');
    await new ControlFile(data, () => 'http://127.0.0.1:80').start();
    expect(existsSync(data)).toBe(false);
  });
});

describe('readControl', () => {
  it.each(['', '{', '[]', '{"address":"http://127.0.0.1:80"}', '{"address":"here","token":"x"}'])(
    'returns null for %j',
    (text) => {
      const data = temporaryFolder();
      expect(readControl(data)).toBeNull();
      writeFileSync(path.join(data, 'control.json'), text);
      expect(readControl(data)).toBeNull();
    },
  );
});
