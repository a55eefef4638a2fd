import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { nameBeside } from '../../src/cluster/fileMerge.js';
import { spellingMoves } from '../../src/cluster/spellingMoves.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { hashOf, watchListNode } from '../helpers/watchListNode.js';

beforeEach(needNats);

const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
const movesOf = (files: Record<string, string>) =>
  spellingMoves(new Map(Object.entries(files).map(([name, sha256]) => [name, { sha256 }])));

it('moves nothing of a person with one spelling', () => {
  expect(
    movesOf({ 'Ann/1.jpg': one, 'Ann/2.jpg': two, 'ann.jpg': one, '.set-aside/people/ann/3.jpg': two }),
  ).toEqual([]);
});

it('moves everything into the folder that the gallery shows, and keeps what has the same name', () => {
  const files = { 'Ann/1.jpg': one, 'ann/1.jpg': two, 'ann/2.jpg': two, 'ann/person.yaml': one };
  expect(movesOf(files)).toEqual([
    { name: 'ann/1.jpg', to: nameBeside('Ann/1.jpg', two), sha256: two },
    { name: 'ann/2.jpg', to: 'Ann/2.jpg', sha256: two },
    { name: 'ann/person.yaml', to: 'Ann/person.yaml', sha256: one },
  ]);
});

it('removes what is there already, and loses nothing of three spellings', () => {
  const files = { 'ANN/1.jpg': one, 'Ann/1.jpg': one, 'ann/2.jpg': two, 'aNN/2.jpg': one };
  expect(movesOf(files)).toEqual([
    { name: 'Ann/1.jpg', to: null, sha256: one },
    { name: 'aNN/2.jpg', to: 'ANN/2.jpg', sha256: one },
    { name: 'ann/2.jpg', to: nameBeside('ANN/2.jpg', two), sha256: two },
  ]);
});

it.each([
  ['upper and lower case', 'Ann Lee', 'ann lee'],
  ['composed or not', 'Zoe\u0301', 'Zo\u00e9'],
])('makes one folder of two nodes that spell a person in two ways: %s', async (_, first, second) => {
  const nats = await startNats();
  const [a, b] = [watchListNode('a', [nats]), watchListNode('b', [nats])];
  a.put(`${first}/1.jpg`, 'one');
  b.put(`${second}/1.jpg`, 'two');
  b.put(`${second}/2.jpg`, 'three');
  b.put(`${second}/person.yaml`, 'displayName: Both');
  for (const { cluster } of [a, b]) await cluster.start();
  const wanted = [
    `${first}/1-${hashOf('two').slice(0, 8)}.jpg`,
    `${first}/1.jpg`,
    `${first}/2.jpg`,
    `${first}/person.yaml`,
  ];
  for (const { files } of [a, b])
    await eventually(files, (now) => JSON.stringify(Object.keys(now)) === JSON.stringify(wanted));
  expect(a.files()).toEqual(b.files());
  expect(Object.values(a.files())).toEqual(['two', 'one', 'three', 'displayName: Both']);
  // The other folder goes after its last file.
  for (const { gallery } of [a, b])
    await eventually(
      () => readdirSync(gallery),
      (names) => JSON.stringify(names) === JSON.stringify([first]),
    );
  // A folder that is renamed keeps its new name, once both sides have agreed on what is in it.
  for (const { watchList } of [a, b])
    await eventually(
      () => watchList.fileNames.sort(),
      (names) => JSON.stringify(names) === JSON.stringify(wanted),
    );
  renameSync(path.join(a.gallery, first), path.join(a.gallery, second));
  a.watchList.noteFolder();
  const renamed = wanted.map((name) => name.replace(first, second));
  for (const { files } of [b, a])
    await eventually(files, (now) => JSON.stringify(Object.keys(now)) === JSON.stringify(renamed));
});
