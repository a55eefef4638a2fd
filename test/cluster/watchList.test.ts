import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { keysOf } from '../../src/cluster/bucketKeys.js';
import type { ClusterPart, Joined } from '../../src/cluster/part.js';
import { PeopleBucket } from '../../src/cluster/peopleBucket.js';
import { PhotoObjects } from '../../src/cluster/photoObjects.js';
import { Roll } from '../../src/cluster/roll.js';
import { personKeyOf } from '../../src/cluster/sealer.js';
import { SharedEmbeddings } from '../../src/cluster/sharedEmbeddings.js';
import { removeUnused } from '../../src/cluster/unusedPhotos.js';
import { clusterNode, KEY } from '../helpers/cluster.js';
import { cutLink } from '../helpers/cutLink.js';
import { eventually } from '../helpers/daemon.js';
import { type NatsServer, needNats, startNats } from '../helpers/natsServer.js';
import { formsOf, tracesOf } from '../helpers/traces.js';
import { hashOf, type WatchListNode, watchListNode } from '../helpers/watchListNode.js';

const has = (node: WatchListNode, files: Record<string, string>) =>
  eventually(
    node.files,
    (now) => JSON.stringify(Object.entries(now).sort()) === JSON.stringify(Object.entries(files).sort()),
    10_000,
  );

/** How many changes a node has sent. */
const sentBy = ({ log }: WatchListNode) =>
  log.reduce((sum, line) => sum + Number(/(\d+) changes? sent/.exec(line)?.[1] ?? 0), 0);

/** Two nodes; what a has, b has as well. */
async function pair(files: Record<string, string> = { 'al/a.jpg': 'one' }) {
  const nats = await startNats();
  const a = watchListNode('a', [nats]);
  const b = watchListNode('b', [nats]);
  for (const [name, content] of Object.entries(files)) a.put(name, content);
  await a.cluster.start();
  await b.cluster.start();
  await has(b, files);
  return { nats, a, b };
}

describe('WatchList', () => {
  beforeEach(needNats);

  it('gives every node what any has: both layouts, settings, what is set aside; with the results of photos', async () => {
    const files = {
      '.set-aside/photos/al/blurred.jpg': 'set aside',
      'al/a.jpg': 'one',
      'al/in/b.png': 'two',
      'al/person.yaml': 'notify: false',
      'zoë.jpg': 'three',
      'zoë.yaml': 'displayName: Z',
    };
    const { a, b } = await pair(files);
    expect(b.taken).toEqual(expect.arrayContaining([hashOf('one'), hashOf('three')]));
    b.put('bo/c.jpg', 'four');
    await has(a, { ...files, 'bo/c.jpg': 'four' });
    expect(a.taken).toContain(hashOf('four'));
  });

  it('carries changes, moves and deletions; an empty folder goes with its last photo', async () => {
    const { a, b } = await pair({ 'al/a.jpg': 'one', 'al/b.jpg': 'two', 'bo/c.jpg': 'three' });
    a.put('al/a.jpg', 'changed');
    await has(b, { 'al/a.jpg': 'changed', 'al/b.jpg': 'two', 'bo/c.jpg': 'three' });
    const fetched = b.taken.length;
    mkdirSync(path.join(b.gallery, '.set-aside/photos/al'), { recursive: true });
    renameSync(path.join(b.gallery, 'al/b.jpg'), path.join(b.gallery, '.set-aside/photos/al/b.jpg'));
    b.watchList.noteFolder();
    await has(a, { '.set-aside/photos/al/b.jpg': 'two', 'al/a.jpg': 'changed', 'bo/c.jpg': 'three' });
    renameSync(path.join(a.gallery, 'bo'), path.join(a.gallery, 'Bob'));
    a.watchList.noteFolder();
    await has(b, { '.set-aside/photos/al/b.jpg': 'two', 'Bob/c.jpg': 'three', 'al/a.jpg': 'changed' });
    expect(existsSync(path.join(b.gallery, 'bo'))).toBe(false);
    expect(b.taken.slice(fetched)).toEqual([hashOf('three')]);
  });

  it('keeps both of two changes under two names, on both nodes', async () => {
    const { nats, a, b } = await pair();
    await nats.kill();
    a.put('al/a.jpg', 'of a');
    b.put('al/a.jpg', 'of b');
    await nats.start();
    await eventually(
      () => [a.files(), b.files()],
      ([mine, theirs]) => Object.keys(mine).length === 2 && JSON.stringify(mine) === JSON.stringify(theirs),
      20_000,
    );
    expect(Object.values(a.files()).sort()).toEqual(['of a', 'of b']);
  });

  it('deletes nothing because of a new and empty folder, one that is away, or servers that have lost everything', async () => {
    const { nats, a, b } = await pair();
    await b.cluster.stop();
    rmSync(b.gallery, { recursive: true });
    const away = b.again();
    rmSync(b.gallery, { recursive: true });
    await away.cluster.start();
    away.watchList.noteFolder();
    a.put('bo/c.jpg', 'two');
    mkdirSync(b.gallery);
    away.watchList.noteFolder();
    await has(away, { 'al/a.jpg': 'one', 'bo/c.jpg': 'two' });
    await away.cluster.stop();
    await a.cluster.stop();
    await nats.kill();
    const fresh = await startNats();
    const again = watchListNode('a', [fresh], a);
    const other = watchListNode('b', [fresh], b);
    await again.cluster.start();
    await other.cluster.start();
    other.put('cy/d.jpg', 'three');
    await has(again, { 'al/a.jpg': 'one', 'bo/c.jpg': 'two', 'cy/d.jpg': 'three' });
  });

  it('takes over what was changed and deleted while it was away, and while NATS was', async () => {
    const { nats, a, b } = await pair({ 'al/a.jpg': 'one', 'bo/b.jpg': 'two', 'cy/c.jpg': 'three' });
    await b.cluster.stop();
    rmSync(path.join(a.gallery, 'al'), { recursive: true });
    a.put('bo/b.jpg', 'changed');
    await eventually(
      () => sentBy(a),
      (sent) => sent === 5,
    );
    rmSync(path.join(b.gallery, 'cy'), { recursive: true });
    const again = b.again();
    await again.cluster.start();
    await has(again, { 'bo/b.jpg': 'changed' });
    await has(a, { 'bo/b.jpg': 'changed' });
    await nats.kill();
    rmSync(path.join(a.gallery, 'bo'), { recursive: true });
    a.put('dee/d.jpg', 'four');
    await nats.start();
    await has(again, { 'dee/d.jpg': 'four' });
  });

  it('says once that a folder cannot be written, and goes on sending', async (context) => {
    if (process.getuid?.() === 0) context.skip('root writes everywhere');
    const { a, b } = await pair({ 'al/a.jpg': 'one' });
    chmodSync(b.gallery, 0o555);
    a.put('bo/b.jpg', 'two');
    a.put('cy/c.jpg', 'three');
    await eventually(
      () => b.log,
      (log) => log.filter((line) => line.includes('are not stored here')).length === 1,
    );
    writeFileSync(path.join(b.gallery, 'al/new.jpg'), 'four');
    b.watchList.noteFolder();
    await has(a, { 'al/a.jpg': 'one', 'al/new.jpg': 'four', 'bo/b.jpg': 'two', 'cy/c.jpg': 'three' });
    chmodSync(b.gallery, 0o755);
  });
});

const NAME = 'Zoë Höpper';

/** What NATS and the nodes have of the name. */
const traces = (nats: NatsServer, ...nodes: WatchListNode[]) =>
  tracesOf([nats.folder, ...nodes.flatMap(({ gallery, data }) => [gallery, data])], formsOf(NAME));

describe('WatchList.forget', () => {
  beforeEach(needNats);

  const forgetOn = (node: WatchListNode, key: string) =>
    node.watchList.forget(key, [NAME], async () => {
      rmSync(path.join(node.gallery, NAME), { recursive: true, force: true });
    });

  it('erases somebody on every node and in NATS, also on one that was away, which is waited for', async () => {
    const key = personKeyOf(KEY, NAME);
    const { nats, a, b } = await pair({ [`${NAME}/a.jpg`]: 'one', 'bo/b.jpg': 'two' });
    const c = watchListNode('c', [nats]);
    await c.cluster.start();
    await has(c, { [`${NAME}/a.jpg`]: 'one', 'bo/b.jpg': 'two' });
    await c.cluster.stop();
    expect(await forgetOn(a, key)).toEqual(['c']);
    expect(b.erased).toEqual([NAME]);
    expect(traces(nats, a, b)).toEqual([]);
    expect(a.files()).toEqual({ 'bo/b.jpg': 'two' });
    const again = c.again();
    again.put(`${NAME}/another.jpg`, 'three');
    await again.cluster.start();
    expect(again.erased).toEqual([NAME]);
    await has(again, { 'bo/b.jpg': 'two' });
    expect(traces(nats, a, b, again)).toEqual([]);
    // Somebody of that name may come back.
    again.put(`${NAME}/new.jpg`, 'four');
    await has(a, { [`${NAME}/new.jpg`]: 'four', 'bo/b.jpg': 'two' });
    expect(await forgetOn(b, key)).toEqual([]);
    await has(a, { 'bo/b.jpg': 'two' });
    await has(again, { 'bo/b.jpg': 'two' });
  });

  it('erases somebody after the link of a node was away before that node watches or sends anything again', async () => {
    const nats = await startNats();
    const link = await cutLink(nats);
    const a = watchListNode('a', [nats]);
    const b = watchListNode('b', [link]);
    a.put(`${NAME}/a.jpg`, 'one');
    await a.cluster.start();
    await b.cluster.start();
    await has(b, { [`${NAME}/a.jpg`]: 'one' });
    expect(b.watchList.isCurrent).toBe(true);
    link.cut();
    await eventually(
      () => b.watchList.isCurrent,
      (isCurrent) => !isCurrent,
    );
    b.put(`${NAME}/b.jpg`, 'two');
    expect(await forgetOn(a, personKeyOf(KEY, NAME))).toEqual(['b']);
    link.mend();
    await eventually(() => b.watchList.isCurrent, Boolean, 10_000);
    expect(b.files()).toEqual({});
    expect(a.files()).toEqual({});
    expect(traces(nats, a, b)).toEqual([]);
  });

  it('no longer waits for a node that was removed, which only one that is away can be', async () => {
    const key = personKeyOf(KEY, NAME);
    const { a, b } = await pair({ [`${NAME}/a.jpg`]: 'one' });
    await b.cluster.stop();
    expect(await forgetOn(a, key)).toEqual(['b']);
    const roll = new Roll(a.cluster.joined as Joined);
    await expect(roll.remove('a', ['a'])).rejects.toThrow('node a is running; stop it before you remove it');
    await expect(roll.remove('c', ['a'])).rejects.toThrow('the cluster has no node "c"; its nodes are a, b');
    await roll.remove('b', ['a']);
    expect(await forgetOn(a, key)).toEqual([]);
    const again = b.again();
    await again.cluster.start();
    await has(again, {});
  });

  it('tells the others later when NATS is away', async () => {
    const { nats, a, b } = await pair({ [`${NAME}/a.jpg`]: 'one' });
    await a.cluster.stop();
    expect(await forgetOn(a, personKeyOf(KEY, NAME))).toBeNull();
    expect(traces(nats, a)).toEqual([]);
    await a.again().cluster.start();
    await eventually(
      () => traces(nats, a, b),
      (left) => left.length === 0,
    );
    await has(b, {});
  });

  it('waits for a node whose gallery is away, which erases the person when that is back and brings nobody back', async () => {
    const { a, b } = await pair({ [`${NAME}/a.jpg`]: 'one', 'bo/b.jpg': 'two' });
    await b.cluster.stop();
    renameSync(b.gallery, `${b.gallery}-elsewhere`);
    expect(await forgetOn(a, personKeyOf(KEY, NAME))).toEqual(['b']);
    const again = b.again();
    rmSync(b.gallery, { recursive: true });
    await again.cluster.start();
    await again.cluster.stop();
    renameSync(`${b.gallery}-elsewhere`, b.gallery);
    const back = b.again();
    await back.cluster.start();
    await has(back, { 'bo/b.jpg': 'two' });
    await has(a, { 'bo/b.jpg': 'two' });
  });
});

describe('removeUnused', () => {
  beforeEach(needNats);

  it('deletes photos that nobody has any more, and their results', async () => {
    let joined: Joined | undefined;
    const { nats, a, b } = await pair({ 'al/a.jpg': 'one', 'bo/b.jpg': 'two' });
    rmSync(path.join(a.gallery, 'bo'), { recursive: true });
    a.watchList.noteFolder();
    await has(b, { 'al/a.jpg': 'one' });
    const part: ClusterPart = {
      join: async (room) => {
        joined = room;
      },
      leave: async () => {},
    };
    await clusterNode('c', [nats], {}, [part]).cluster.start();
    if (!joined) throw new Error('not joined');
    const bucket = new PeopleBucket(joined, () => {});
    await bucket.open();
    const photos = new PhotoObjects(joined.store.photos, joined.names.photos, joined.link, joined.sealer);
    const embeddings = new SharedEmbeddings(joined, {
      key: () => 'models',
      known: async () => [],
      take: () => {},
    });
    const stored = async () => (await photos.list()).map(({ name }) => name).sort();
    expect(await stored()).toEqual(['one', 'two'].map((text) => photos.nameOf(hashOf(text))).sort());
    await removeUnused({ joined, bucket, photos, embeddings }, 0);
    expect(await stored()).toEqual([photos.nameOf(hashOf('one'))]);
    expect(await keysOf(joined.link, joined.names.embeddings, '*.*')).toHaveLength(1);
    bucket.close();
  });
});
