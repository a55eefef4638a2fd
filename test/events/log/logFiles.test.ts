import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openLog, pending } from '../../helpers/log.js';

/** An open log with three events, to which something happens. */
async function logWithFiles() {
  const lost: ({ fromMs: number; toMs: number } | null)[] = [];
  const replaced: string[] = [];
  const opened = await openLog({
    onReplaced: (message, between) => {
      replaced.push(message);
      lost.push(between);
    },
  });
  const file = path.join(opened.folder, 'events.db');
  opened.log.append(pending([{}, {}, {}]));
  return { ...opened, file, lost, replaced };
}

const asideIn = (folder: string) => readdirSync(folder).filter((name) => name.includes('.corrupt-'));

describe('EventLog: its files', () => {
  it.each<[what: string, harm: (file: string) => void]>([
    ['was deleted', (file) => rmSync(file)],
    ['was deleted', (file) => rmSync(path.dirname(file), { recursive: true })],
    [
      'was replaced by another file',
      (file) => {
        renameSync(file, `${file}.moved`);
        writeFileSync(file, 'hello');
      },
    ],
    ['was cut off', (file) => truncateSync(file, 0)],
    ['has lost its write-ahead log', (file) => truncateSync(`${file}-wal`, 0)],
    ['has lost its write-ahead log', (file) => rmSync(`${file}-wal`)],
    [
      'was overwritten',
      (file) => {
        writeFileSync(file, Buffer.alloc(readFileSync(file).length, 0x5a), { flag: 'r+' });
        utimesSync(file, 1, 1);
      },
    ],
    [
      'was overwritten',
      (file) => {
        writeFileSync(`${file}-wal`, Buffer.alloc(5000, 0x5a), { flag: 'r+' });
        utimesSync(`${file}-wal`, 1, 1);
      },
    ],
  ])(
    '%s while in use: the next event begins a new log, and is there at the next start',
    async (what, harm) => {
      const { log, folder, file, lost, replaced } = await logWithFiles();
      const { epoch } = log;
      harm(file);
      const [event] = log.append(pending([{}]));
      expect(event.seq).toBe(4);
      expect(log.epoch).not.toBe(epoch);
      expect(replaced).toEqual([expect.stringMatching(`^the event log ${file} ${what} while in use; `)]);
      expect(lost[0]?.toMs).toBeGreaterThanOrEqual(lost[0]?.fromMs ?? Number.POSITIVE_INFINITY);
      await log.stop();
      const again = await openLog({ folder });
      expect(again.log.after(0, 10)).toEqual([event]);
    },
  );

  it('keeps the file that has taken its place, companions included', async () => {
    const { log, folder, file } = await logWithFiles();
    renameSync(file, `${file}.moved`);
    writeFileSync(file, 'restored');
    writeFileSync(`${file}-wal`, 'restored too');
    log.append(pending([{}]));
    const contents = asideIn(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(contents).toContain('restored');
    expect(existsSync(`${file}.moved`)).toBe(true);
  });

  it('are checked without an event too', async () => {
    const { log, file, replaced } = await logWithFiles();
    rmSync(file);
    await vi.waitFor(() => expect(replaced).toHaveLength(1), { timeout: 10_000 });
    expect(existsSync(file)).toBe(true);
    expect(log.state).toMatchObject({ firstSeq: 4, lastSeq: 3 });
  });

  it('may be touched, and change with our own work', async () => {
    const { log, file, replaced } = await logWithFiles();
    utimesSync(file, 1, 1);
    log.append(pending(Array.from({ length: 3000 }, () => ({ runnerUp: 'x'.repeat(1000) }))));
    await log.forgetPerson('x'.repeat(1000), () => {});
    await log.clean();
    log.append(pending([{}]));
    expect(replaced).toEqual([]);
    expect(log.lastSeq).toBe(3004);
  });

  it('lose nothing to a reader that finds them cut first', async () => {
    const { log, file, replaced } = await logWithFiles();
    truncateSync(file, 100);
    expect(log.after(0, 10)).toEqual([]);
    log.append(pending([{}]));
    expect(replaced).toHaveLength(1);
  });
});
