import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { CatchUp } from '../../src/cluster/catchUp.js';
import type { Link } from '../../src/cluster/link.js';
import { eventually } from '../helpers/daemon.js';

it('is current only when everything was read since the link was lost last', async () => {
  const link = new PassThrough({ objectMode: true });
  const connection = { status: () => link } as unknown as Link['connection'];
  const works: { done: () => void; fail: (error: Error) => void }[] = [];
  const heard: string[] = [];
  const catchUp = new CatchUp({
    work: () => new Promise((done, fail) => void works.push({ done, fail })),
    onLost: () => heard.push('lost'),
    onCurrent: () => heard.push('current'),
    warn: (text) => heard.push(text),
  });
  void catchUp.follow(connection);
  const pending = (count: number) =>
    eventually(
      () => works.length,
      (length) => length === count,
    );
  expect(catchUp.isCurrent).toBe(false);
  await catchUp.first(async () => {});
  expect(catchUp.isCurrent).toBe(true);

  for (const type of ['disconnect', 'reconnect']) link.write({ type });
  await pending(1);
  expect(catchUp.isCurrent).toBe(false);
  // Lost once more while everything is read.
  for (const type of ['disconnect', 'reconnect']) link.write({ type });
  await pending(2);
  works[0].done();
  await new Promise(setImmediate);
  expect(catchUp.isCurrent).toBe(false);
  works[1].fail(new Error('no answer'));
  await pending(3);
  expect(catchUp.isCurrent).toBe(false);
  works[2].done();
  await eventually(() => catchUp.isCurrent, Boolean);
  expect(heard).toEqual(['current', 'lost', 'lost', 'trying again: no answer', 'current']);
  catchUp.end();
});
