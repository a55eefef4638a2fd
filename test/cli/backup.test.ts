import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ACCESS_FILE, AccessFile } from '../../src/auth/accessFile.js';
import { backup } from '../../src/cli/backup.js';
import { pack } from '../../src/cli/backupArchive.js';
import { restore } from '../../src/cli/restore.js';
import { Database } from '../../src/core/database.js';
import { openLog, pending } from '../helpers/log.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = { signal: new AbortController().signal, outliveOutput: () => {}, report: () => {} };

/** A folder of spotter with three events, two photos and a link. */
async function home() {
  const folder = temporaryFolder();
  const at = (...names: string[]) => path.join(folder, ...names);
  mkdirSync(at('faces', 'alice'), { recursive: true });
  writeFileSync(at('faces', 'alice', '1.jpg'), 'first');
  writeFileSync(at('faces', 'bob.jpg'), 'second');
  symlinkSync('../bob.jpg', at('faces', 'alice', 'too.jpg'));
  writeFileSync(at('config.yaml'), 'gallery: faces # mine\nmqtt: { url: "mqtt://u:brokersecret@b" }\n');
  const { log } = await openLog({ folder: at('data') });
  log.append(pending([{}, {}, {}]));
  await log.stop();
  writeFileSync(at('data', 'installation'), 'abcdef012345\n');
  const archive = path.join(temporaryFolder(), 'spotter.tar.gz');
  return { folder, at, archive, options: { config: at('config.yaml'), quiet: true } };
}

/** Runs work without its lines. */
async function silently<T>(work: () => Promise<T>): Promise<T> {
  const writes = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(() => true),
  );
  try {
    return await work();
  } finally {
    for (const write of writes) write.mockRestore();
  }
}

describe('backup and restore', () => {
  it('bring log, gallery and configuration to another place, without the secrets', async () => {
    const { archive, options, at } = await home();
    const to = path.join(temporaryFolder(), 'new');
    await silently(() => backup(context, archive, options));
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(readdirSync(at('data')).sort()).toEqual(['events.db', 'installation']);
    await silently(() => restore(context, archive, { to }));
    expect(readdirSync(to).sort()).toEqual(['config.yaml', 'data', 'gallery']);
    expect(readFileSync(path.join(to, 'config.yaml'), 'utf8')).toBe(
      'gallery: "gallery" # mine\nmqtt: { url: "mqtt://u:***@b" }\n',
    );
    expect(readFileSync(path.join(to, 'gallery', 'alice', '1.jpg'), 'utf8')).toBe('first');
    expect(readlinkSync(path.join(to, 'gallery', 'alice', 'too.jpg'))).toBe('../bob.jpg');
    expect(readFileSync(path.join(to, 'data', 'installation'), 'utf8')).toBe('abcdef012345\n');
    expect(statSync(path.join(to, 'data')).mode & 0o777).toBe(0o700);
    const { log } = await openLog({ folder: path.join(to, 'data') });
    expect(log.after(0, 10).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(log.append(pending([{}]))[0].seq).toBe(4);
  });

  it('bring users and tokens along, but no session, and refuse what cannot be opened', async () => {
    const { archive, options, at } = await home();
    const file = new AccessFile(at('data'));
    await file.start();
    const [token, session] = file.use(({ users, sessions, tokens }) => {
      users.add({ name: 'anna', role: 'admin', cameras: null, password: null }, 0);
      const anna = users.find('anna');
      const text = tokens.create({ name: 'ha', scopes: ['events:read'], cameras: null }, 0);
      return [text, anna ? sessions.begin(anna, 0) : ''];
    });
    await silently(() => backup(context, archive, options));
    await file.stop();
    const to = path.join(temporaryFolder(), 'new');
    await silently(() => restore(context, archive, { to }));
    expect(statSync(path.join(to, 'data', ACCESS_FILE)).mode & 0o777).toBe(0o600);
    const restored = new AccessFile(path.join(to, 'data'));
    await restored.start();
    const limits = { idleMs: 1000, maxMs: 1000 };
    expect(
      restored.use(({ users, sessions, tokens }) => [
        users.list().map(({ name }) => name),
        tokens.use(token, 1)?.name,
        sessions.use(session, 1, limits),
      ]),
    ).toEqual([['anna'], 'ha', null]);
    await restored.stop();
    writeFileSync(at('data', ACCESS_FILE), 'damaged '.repeat(1000));
    await expect(backup(context, archive, { ...options, force: true })).rejects.toThrow(
      /the file is damaged/,
    );
  });

  it('overwrite nothing', async () => {
    const { archive, options, folder } = await home();
    writeFileSync(archive, 'mine');
    await expect(backup(context, archive, options)).rejects.toThrow(
      /exists; name another file, or .*--force/,
    );
    expect(readFileSync(archive, 'utf8')).toBe('mine');
    await silently(() => backup(context, archive, { ...options, force: true }));
    const before = readFileSync(path.join(folder, 'config.yaml'), 'utf8');
    await expect(restore(context, archive, { to: folder })).rejects.toThrow(
      /is not empty \(.*\), and nothing is overwritten; name a new folder with --to/,
    );
    expect(readFileSync(path.join(folder, 'config.yaml'), 'utf8')).toBe(before);
  });
});

describe('backup', () => {
  it('leaves nothing behind when it fails', async () => {
    const { archive, options, at } = await home();
    writeFileSync(at('data', 'events.db'), 'no log'.repeat(1000));
    await expect(backup(context, archive, options)).rejects.toThrow(/is damaged/);
    expect(readdirSync(path.dirname(archive))).toEqual([]);
    expect(readdirSync(at('data')).sort()).toEqual(['events.db', 'installation']);
  });
});

describe('restore', () => {
  /** An archive of files by name. */
  async function archiveOf(files: Record<string, string>): Promise<string> {
    const folder = temporaryFolder();
    const entries = Object.entries(files).map(([name, text], index) => {
      const from = path.join(folder, `file-${index}`);
      writeFileSync(from, text);
      return { from, name, bytes: text.length };
    });
    const archive = path.join(temporaryFolder(), 'x.tar.gz');
    await pack(archive, entries);
    return archive;
  }

  it('leaves no folder behind when the backup is cut off, is none, or is of a newer spotter', async () => {
    const { archive, options } = await home();
    await silently(() => backup(context, archive, options));
    const cut = path.join(path.dirname(archive), 'cut.tar.gz');
    writeFileSync(cut, readFileSync(archive).subarray(0, statSync(archive).size - 200));
    const ancient = {
      ...{ format: 0, spotter: '0.0.1', createdAt: new Date().toISOString(), leftOut: [] },
      ...{ log: null, gallery: { files: 2, bytes: 0 } },
    };
    const cases: [file: string, message: RegExp][] = [
      [cut, /cut\.tar\.gz is damaged or no backup of spotter/],
      [await archiveOf({ 'evil.sh': 'x' }), /is not a backup of spotter: it contains evil\.sh/],
      [
        await archiveOf({ 'backup.json': JSON.stringify(ancient), 'config.yaml': '', 'gallery/a.jpg': '' }),
        /is not a backup of spotter; give a file of "spotter backup"/,
      ],
      [await archiveOf({ 'backup.json': '{"format":1}', 'config.yaml': '' }), /gallery is missing/],
      [
        await archiveOf({ 'backup.json': '{"format":2}', 'config.yaml': '', 'gallery/a.jpg': '' }),
        /was made by a newer spotter \(format 2, this one reads 1\)/,
      ],
      ['/nowhere.tar.gz', /\/nowhere\.tar\.gz does not exist/],
    ];
    for (const [file, message] of cases) {
      const to = path.join(temporaryFolder(), 'new');
      await expect(restore(context, file, { to })).rejects.toThrow(message);
      expect(existsSync(to)).toBe(false);
    }
  });

  it('refuses the log of a newer spotter with a sentence, before anything is in place', async () => {
    const { at } = await home();
    const db = new Database(at('data', 'events.db'));
    db.pragma('user_version = 7');
    db.close();
    const manifest = {
      ...{ format: 1, spotter: '9.9.9', createdAt: new Date().toISOString(), leftOut: [] },
      ...{ log: { version: 7, events: 3, lastSeq: 3 }, gallery: { files: 1, bytes: 0 } },
    };
    writeFileSync(at('backup.json'), JSON.stringify(manifest));
    mkdirSync(at('empty'));
    const archive = path.join(temporaryFolder(), 'newer.tar.gz');
    await pack(archive, [
      ...['backup.json', 'config.yaml', 'data/events.db'].map((name) => ({ from: at(name), name, bytes: 0 })),
      { from: at('empty'), name: 'gallery', bytes: 0 },
    ]);
    const to = path.join(temporaryFolder(), 'new');
    await expect(restore(context, archive, { to })).rejects.toThrow(
      `the event log in ${archive} was written by a newer spotter; restore it with that one`,
    );
    expect(existsSync(to)).toBe(false);
  });
});
