import { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ACCESS_FILE, AccessFile } from '../../src/auth/accessFile.js';
import { Database } from '../../src/core/database.js';
import { temporaryFolder } from '../helpers/temporary.js';

const ANNA = { name: 'anna', role: 'viewer', cameras: ['door'], password: '$scrypt$x' } as const;

async function opened(folder = temporaryFolder(), onReplaced?: () => void): Promise<AccessFile> {
  const file = new AccessFile(folder, onReplaced);
  await file.start();
  onTestFinished(() => file.stop());
  return file;
}

/** The clock by which the file is looked at, ms: it stands at 0 until it is set. */
function stoppedClock() {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  onTestFinished(() => clock.mockRestore());
  return clock;
}

const anna = () => ({ ...ANNA, cameras: [...ANNA.cameras] });

describe('AccessFile', () => {
  it('is readable by its owner only, and holds what two processes write', async () => {
    const folder = temporaryFolder();
    const daemon = await opened(folder);
    const command = await opened(folder);
    expect(statSync(path.join(folder, ACCESS_FILE)).mode & 0o777).toBe(0o600);
    command.use(({ users }) => users.add(anna(), 1));
    expect(daemon.use(({ users }) => users.find('ANNA'))).toMatchObject({ name: 'anna', cameras: ['door'] });
  });

  it('refuses a file of a newer spotter, and leaves it as it is', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, ACCESS_FILE);
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(file);
    await expect(opened(folder)).rejects.toThrow(/was written by a newer spotter \(version 99/);
    expect(readFileSync(file)).toEqual(before);
  });

  it('says that a file is damaged, and does not replace it', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, ACCESS_FILE);
    writeFileSync(file, 'no database at all '.repeat(100));
    await expect(opened(folder)).rejects.toThrow(/the file is damaged .*; restore it from a backup/);
    expect(readFileSync(file, 'utf8')).toContain('no database at all');
  });

  it('uses a file that takes the place of the open one', async () => {
    const folder = temporaryFolder();
    const onReplaced = vi.fn();
    const clock = stoppedClock();
    const file = await opened(folder, onReplaced);
    file.use(({ users }) => users.add(anna(), 1));
    const restored = temporaryFolder();
    await (await opened(restored)).stop();
    renameSync(path.join(restored, ACCESS_FILE), path.join(folder, ACCESS_FILE));
    expect(file.use(({ users }) => users.count)).toBe(1);
    clock.mockReturnValue(1000);
    expect(file.use(({ users }) => users.count)).toBe(0);
    expect(onReplaced).toHaveBeenCalledOnce();
  });

  it('says why it has none until the damaged one that took its place is gone', async () => {
    const folder = temporaryFolder();
    const place = path.join(folder, ACCESS_FILE);
    const clock = stoppedClock();
    const file = await opened(folder);
    file.use(({ users }) => users.add(anna(), 1));
    renameSync(place, `${place}.bak`);
    writeFileSync(place, 'no database at all '.repeat(100));
    for (const ms of [1000, 1001, 2001]) {
      clock.mockReturnValue(ms);
      expect(() => file.use(({ users }) => users.count)).toThrow(/the file is damaged/);
    }
    renameSync(`${place}.bak`, place);
    clock.mockReturnValue(3001);
    expect(file.use(({ users }) => users.count)).toBe(1);
  });

  it('says that the open one was emptied, and uses what is written back into it', async () => {
    const folder = temporaryFolder();
    const place = path.join(folder, ACCESS_FILE);
    const clock = stoppedClock();
    const file = await opened(folder);
    file.use(({ users }) => users.add(anna(), 1));
    const whole = readFileSync(place);
    truncateSync(place);
    for (const ms of [1, 1000, 2000]) {
      clock.mockReturnValue(ms);
      expect(() => file.use(({ users }) => users.count)).toThrow(/the file is damaged \(.+\); restore it/);
    }
    writeFileSync(place, whole);
    clock.mockReturnValue(3000);
    expect(file.use(({ users }) => users.find('anna')?.name)).toBe('anna');
  });

  it('copies users and tokens, but no session', async () => {
    const folder = temporaryFolder();
    const file = await opened(folder);
    file.use(({ users, sessions, tokens }) => {
      users.add(anna(), 1);
      const user = users.find('anna');
      if (user) sessions.begin(user, 1);
      tokens.create({ name: 'ha', scopes: ['events:read'], cameras: null }, 1);
    });
    const target = temporaryFolder();
    file.copyTo(path.join(target, ACCESS_FILE));
    expect(statSync(path.join(target, ACCESS_FILE)).mode & 0o777).toBe(0o600);
    const db = new Database(path.join(target, ACCESS_FILE));
    const count = (table: string) => db.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n;
    expect([count('users'), count('tokens'), count('sessions')]).toEqual([1, 1, 0]);
    db.close();
  });
});

describe('sessions', () => {
  const limits = { idleMs: 1000, maxMs: 5000 };

  it('end when they are idle, at their longest, when ended, and with the user', async () => {
    const file = await opened();
    file.use(({ users, sessions }) => {
      users.add(anna(), 0);
      const user = users.find('anna');
      if (!user) throw new Error('no user');
      const one = sessions.begin(user, 0);
      const other = sessions.begin(user, 0);
      expect(one).toMatch(/^[\w-]{43}$/);
      expect(sessions.use(one, 999, limits)?.name).toBe('anna');
      expect(sessions.use(one, 1000, limits)).toBeNull();
      expect(sessions.use(one, -2000, limits)).toBeNull();
      expect(sessions.use(one, 5000, { ...limits, idleMs: 9999 })).toBeNull();
      sessions.end(one);
      expect(sessions.use(one, 1, limits)).toBeNull();
      expect(sessions.use(other, 1, limits)?.name).toBe('anna');
      users.setPassword('anna', 'new');
      expect(sessions.use(other, 1, limits)).toBeNull();
      const last = sessions.begin(user, 0);
      users.remove('anna');
      expect(sessions.use(last, 1, limits)).toBeNull();
    });
  });

  it('stay alive while they are used, up to their longest', async () => {
    const file = await opened();
    const long = { idleMs: 100_000, maxMs: 500_000 };
    file.use(({ users, sessions }) => {
      users.add(anna(), 0);
      const user = users.find('anna');
      const id = user ? sessions.begin(user, 0) : '';
      for (let at = 70_000; at < 500_000; at += 70_000) expect(sessions.use(id, at, long)).not.toBeNull();
      expect(sessions.use(id, 500_000, long)).toBeNull();
    });
  });

  it('are no more than 50 per user', async () => {
    const file = await opened();
    file.use(({ users, sessions }) => {
      users.add(anna(), 0);
      const user = users.find('anna');
      if (!user) throw new Error('no user');
      const ids = Array.from({ length: 51 }, (_, at) => sessions.begin(user, at));
      expect(ids.filter((id) => sessions.use(id, 60, limits))).toEqual(ids.slice(1));
    });
  });

  it('are stored as hashes only', async () => {
    const folder = temporaryFolder();
    const file = await opened(folder);
    const secrets = file.use(({ users, sessions, tokens }) => {
      users.add(anna(), 0);
      const user = users.find('anna');
      const token = tokens.create({ name: 'ha', scopes: [], cameras: null }, 0);
      return [user ? sessions.begin(user, 0) : '', token, token.slice(8)];
    });
    const bytes = readFileSync(path.join(folder, ACCESS_FILE), 'latin1');
    expect(secrets.map((secret) => bytes.includes(secret))).toEqual([false, false, false]);
  });
});

describe('tokens', () => {
  it('are valid until they are revoked, and note their use', async () => {
    const file = await opened();
    file.use(({ tokens }) => {
      const text = tokens.create({ name: 'ha', scopes: ['events:read'], cameras: ['door'] }, 0);
      expect(text).toMatch(/^spotter_[\w-]{43}$/);
      expect(tokens.use(text, 5)).toMatchObject({ name: 'ha', scopes: ['events:read'], cameras: ['door'] });
      expect(tokens.list()).toMatchObject([{ name: 'ha', usedMs: 5 }]);
      expect(tokens.use(`${text}x`, 5)).toBeNull();
      expect(tokens.use(text.slice(8), 5)).toBeNull();
      expect(() => tokens.create({ name: 'HA', scopes: [], cameras: null }, 0)).toThrow(/already/);
      const all = { name: 'prometheus', scopes: ['service:read' as const], cameras: ['door'] };
      expect(() => tokens.create(all, 0)).toThrow(/concern all/);
      expect(tokens.revoke('ha')).toBe(true);
      expect(tokens.use(text, 6)).toBeNull();
    });
  });

  it.each(['', 'a b', '../x', 'x'.repeat(65), 'a\nb'])('refuses the name %j', async (name) => {
    const file = await opened();
    file.use(({ tokens, users }) => {
      expect(() => tokens.create({ name, scopes: [], cameras: null }, 0)).toThrow(
        /not a valid name of a token/,
      );
      expect(() => users.add({ ...anna(), name }, 0)).toThrow(/not a valid name of a user/);
    });
  });
});
