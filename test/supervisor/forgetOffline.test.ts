import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ForgetState } from '../../src/cluster/forgetState.js';
import { personKeyOf } from '../../src/cluster/sealer.js';
import { schema } from '../../src/config/schema.js';
import { SnapshotStore } from '../../src/snapshots/store.js';
import { forgetOffline } from '../../src/supervisor/forgetOffline.js';
import { isNothingKnown } from '../../src/supervisor/forgetPerson.js';
import { openLog, pending } from '../helpers/log.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { formsOf, tracesOf } from '../helpers/traces.js';

function home(more: object = {}) {
  const folder = temporaryFolder();
  const [gallery, data] = [path.join(folder, 'gallery'), path.join(folder, 'data')];
  mkdirSync(gallery);
  return { gallery, data, config: schema.parse({ gallery, data, ...more }) };
}

describe('forgetOffline', () => {
  it('erases events with their pictures, a damaged log that was set aside, and a copy for a backup', async () => {
    const { data, config } = home();
    const { log } = await openLog({ folder: data });
    const snapshots = new SnapshotStore({
      folder: path.join(data, 'snapshots'),
      keepMs: () => 3_600_000,
      onWarning: () => {},
      onOutcome: () => {},
    });
    const picture = () =>
      snapshots.write({ frame: Buffer.from('frame'), face: Buffer.from('face') }, Date.now());
    const [own, other] = [picture(), picture()];
    log.append(
      pending([
        { snapshotKey: own },
        { person: 'bob', runnerUp: 'alice', track: 'door-2', snapshotKey: other },
      ]),
    );
    log.add({ sink: 'hook', seq: 1, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' });
    await log.stop();
    for (const name of ['', '-wal'])
      writeFileSync(path.join(data, `events.db.corrupt-1${name}`), '..alice..');
    writeFileSync(path.join(data, 'events.db.corrupt-2'), '..bob..');
    mkdirSync(path.join(data, 'log-copy-abc123'));
    writeFileSync(path.join(data, 'log-copy-abc123', 'events.db'), '..alice..');
    expect(await forgetOffline('alice', config)).toMatchObject({
      events: 1,
      mentions: 1,
      deadLetters: 1,
      pictures: 2,
      files: ['events.db.corrupt-1', 'events.db.corrupt-1-wal'],
      remains: [],
      notes: [],
    });
    expect(tracesOf([data], formsOf('alice'))).toEqual([]);
    expect(readdirSync(data).sort()).toEqual(['events.db', 'events.db.corrupt-2', 'snapshots']);
    expect(await snapshots.read(other ?? '', 'face')).not.toBeNull();
    expect(isNothingKnown(await forgetOffline('alice', config))).toBe(true);
  });

  it('erases every spelling of the name that the gallery has', async () => {
    const { gallery, data, config } = home();
    for (const file of ['alice.jpg', 'Alice.yaml', 'bob.jpg']) writeFileSync(path.join(gallery, file), 'x');
    const { log } = await openLog({ folder: data });
    log.append(pending([{}, { person: 'Alice', track: 'door-2' }, { person: 'bob', track: 'door-3' }]));
    await log.stop();
    const report = await forgetOffline('ALICE', config);
    expect(report).toMatchObject({ person: 'ALICE', events: 2, remains: [], notes: [] });
    expect(report.photos.sort()).toEqual(['Alice.yaml', 'alice.jpg']);
    expect(readdirSync(gallery)).toEqual(['bob.jpg']);
    expect(tracesOf([data], [...formsOf('alice'), ...formsOf('Alice')])).toEqual([]);
  });

  it('creates nothing in an empty data folder', async () => {
    const { data, config } = home();
    expect(isNothingKnown(await forgetOffline('alice', config))).toBe(true);
    expect(existsSync(data)).toBe(false);
  });

  it('changes nothing while a daemon holds the log', async () => {
    const { gallery, data, config } = home();
    await openLog({ folder: data });
    writeFileSync(path.join(gallery, 'alice.jpg'), 'x');
    await expect(forgetOffline('alice', config)).rejects.toMatchObject({ code: 'log.locked' });
    expect(readdirSync(gallery)).toEqual(['alice.jpg']);
  });

  it('reports what remains: topics of an unreachable broker, a missing gallery, other files', async () => {
    const webhooks = [{ id: 'hook', url: 'http://127.0.0.1:9/', people: ['alice'] }];
    const { gallery, data, config } = home({ mqtt: { url: 'mqtt://127.0.0.1:9' }, webhooks });
    mkdirSync(data);
    writeFileSync(path.join(data, 'notes.txt'), 'alice was here');
    const away = { ...config, gallery: { folder: `${gallery}-away`, wait: false } };
    const { remains, notes } = await forgetOffline('alice', away);
    expect(remains).toEqual([
      `gallery ${gallery}-away not found; run forget again when it is available`,
      'the broker may still retain topics of alice; run forget again when it is available: no broker is listening at 127.0.0.1:9',
      `${data}/notes.txt contains the name`,
    ]);
    expect(notes).toEqual(['the configuration names alice under people of webhook hook']);
  });

  it('of a node of a cluster erases what it remembers of that, and has the others told when it joins again', async () => {
    const key = 'a key of thirty-two characters..';
    const { data, config } = home({ cluster: { servers: ['nats://127.0.0.1:4222'], key } });
    const folder = path.join(data, 'cluster');
    mkdirSync(folder, { recursive: true });
    const people = { [personKeyOf(key, 'alice')]: { 'alice/a.jpg': 'one' } };
    const bucket = { id: 'x', revision: 1 };
    const base = { format: 1, bucket, folder: { identity: 'y', isMount: false }, people };
    writeFileSync(path.join(folder, 'people.json'), JSON.stringify(base));
    const { remains } = await forgetOffline('alice', config);
    expect(remains).toEqual(['the other nodes of the cluster erase alice when this one joins them again']);
    expect(tracesOf([data], formsOf('alice'))).toEqual([]);
    const [pending] = new ForgetState(folder).pending;
    expect(pending).toEqual({ person: personKeyOf(key, 'alice'), isErased: true, events: [] });
    const without = { ...config, cluster: { ...config.cluster, key: null } };
    expect((await forgetOffline('alice', without)).remains).toEqual([
      expect.stringContaining('cluster.key is not known here'),
    ]);
  });
});
