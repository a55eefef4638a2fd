import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { resume } from '../../src/http/resume.js';
import { Client, draft, numbersOf, serve, upTo } from '../helpers/socket.js';

describe('resume', () => {
  it('waits for events that another node has served already, of the same log alone', () => {
    const node = { epoch: 'e', firstSeq: 1, lastSeq: 3, mayLag: true };
    expect(resume(new URLSearchParams('since=5&epoch=e'), node)).toEqual({ cursor: 5, fault: null });
    expect(resume(new URLSearchParams('since=5'), node)).toMatchObject({ fault: { code: 'unknown_seq' } });
    const alone = { ...node, mayLag: false };
    expect(resume(new URLSearchParams('since=5&epoch=e'), alone)).toMatchObject({ cursor: 0 });
  });
});

describe('EventSocket: a client that comes back', () => {
  it('receives everything since, in order, without gap or repeat, and then new events', async () => {
    const { feed, fill, publish, ws } = await serve();
    fill(2000);
    const client = new Client(`${ws}?since=10`);
    await client.ofType('hello');
    // Some while the old ones are on their way.
    for (let i = 0; i < 300; i++) feed.publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 2300);
    const event = publish(draft({ kind: 'unknown', person: null }));
    await client.message(({ seq, type }) => type === 'event' && seq === 2301);
    expect(numbersOf(client)).toEqual(upTo(11, 2301));
    // Told from the log or as it happens, it is the same.
    const later = new Client(`${ws}?since=2300`);
    expect(await later.ofType('event')).toEqual({ type: 'event', ...event });
    expect(client.messages.at(-1)).toEqual({ type: 'event', ...event });
    expect(client.messages.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('receives no event when none is missing', async () => {
    const { fill, publish, ws, log } = await serve();
    fill(3);
    const client = new Client(`${ws}?since=3&epoch=${log.epoch}`);
    const first = new Client(`${ws}?since=3&epoch=`);
    await Promise.all([client.ofType('hello'), first.ofType('hello')]);
    publish(draft());
    for (const one of [client, first]) {
      await one.ofType('event');
      expect(one.messages.map(({ type }) => type)).toEqual(['hello', 'event']);
    }
    expect(numbersOf(client)).toEqual([4]);
  });

  it('receives 20 MB of events within the limit of unread ones, and a client that stops reading delays nobody', async () => {
    const { fill, publish, ws, closed } = await serve();
    fill(5000, { runnerUp: 'x'.repeat(3500) });
    const sleeper = new Client(`${ws}?since=0`);
    await sleeper.ofType('hello');
    sleeper.socket.pause();
    const client = new Client(`${ws}?since=0`);
    await client.message(({ seq, type }) => type === 'event' && seq === 5000);
    expect(numbersOf(client)).toEqual(upTo(1, 5000));
    publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 5001);
    expect(closed).toEqual([]);
    sleeper.socket.resume();
    await sleeper.message(({ seq, type }) => type === 'event' && seq === 5001);
    expect(numbersOf(sleeper)).toEqual(upTo(1, 5001));
  });

  it('receives only what its subscription selects by then', async () => {
    const { fill, publish, ws } = await serve();
    fill(8000);
    const client = new Client(`${ws}?since=0`);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', kinds: ['unknown'] });
    const after = client.messages.length;
    publish(draft({ kind: 'unknown', person: null }));
    await client.message(({ kind }) => kind === 'unknown');
    expect(client.messages.slice(after).filter(({ kind }) => kind === 'match').length).toBeLessThan(8000);
    expect(numbersOf(client).at(-1)).toBe(8001);
  });

  it('cut off because it did not read, gets the rest with since', async () => {
    const { feed, fill, ws, closed } = await serve();
    const slow = new Client(ws);
    await slow.ofType('hello');
    slow.socket.pause();
    let published = 0;
    while (closed.length === 0) {
      for (let i = 0; i < 500; i++) feed.publish(draft({ runnerUp: 'x'.repeat(4000) }));
      feed.flush();
      published += 500;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closed).toEqual(['slow']);
    const close = once(slow.socket, 'close');
    slow.socket.resume();
    await close;
    const had = numbersOf(slow);
    fill(5);
    const back = new Client(`${ws}?since=${had.at(-1) ?? 0}`);
    await back.message(({ seq, type }) => type === 'event' && seq === published + 5);
    expect([...had, ...numbersOf(back)]).toEqual(upTo(1, published + 5));
  });

  it.each([
    ['abc', 'bad_since'],
    ['-1', 'bad_since'],
    ['1.5', 'bad_since'],
    ['1e3', 'bad_since'],
    ['', 'bad_since'],
    ['99999999999999999999', 'bad_since'],
    ['1&since=2', 'bad_since'],
    ['4', 'unknown_seq'],
    ['2&epoch=another', 'epoch_changed'],
  ])('with since=%s receives %s', async (since, code) => {
    const { fill, publish, ws } = await serve();
    fill(3);
    const client = new Client(`${ws}?since=${since}`);
    expect(await client.ofType('error')).toMatchObject({ code, message: expect.stringMatching(/^[^.]+$/) });
    publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 4);
    // When the gap cannot be determined, every event follows; with an invalid value, only new ones.
    expect(numbersOf(client)).toEqual(code === 'bad_since' ? [4] : [1, 2, 3, 4]);
  });

  it('receives the first number of the log when its events were removed', async () => {
    const { log, fill, ws } = await serve();
    fill(100);
    fill(50, { person: 'bob' });
    await log.forgetPerson('alice', () => {});
    const client = new Client(`${ws}?since=5`);
    expect(await client.ofType('error')).toMatchObject({ code: 'expired', firstSeq: 101 });
    await client.message(({ seq, type }) => type === 'event' && seq === 150);
    expect(numbersOf(client)).toEqual(upTo(101, 150));
  });

  it('is told when the log removes events before it has read them', async () => {
    const { log, fill, ws } = await serve();
    fill(5000, { runnerUp: 'x'.repeat(5000) });
    fill(50, { person: 'bob' });
    const client = new Client(`${ws}?since=0`);
    await client.ofType('hello');
    client.socket.pause();
    await log.forgetPerson('alice', () => {});
    client.socket.resume();
    expect(await client.ofType('error')).toMatchObject({ code: 'expired', firstSeq: 5001 });
    await client.message(({ seq, type }) => type === 'event' && seq === 5050);
    const numbers = numbersOf(client) as number[];
    expect(numbers.slice(-50)).toEqual(upTo(5001, 5050));
    expect(numbers.slice(0, -50)).toEqual(upTo(1, numbers.length - 50));
    expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(1);
  });

  it('finds the same numbers after a restart', async () => {
    const { fill, stop, folder } = await serve();
    fill(5);
    await stop();
    const again = await serve([], { folder });
    again.fill(5);
    const client = new Client(`${again.ws}?since=3&epoch=${again.log.epoch}`);
    await client.message(({ seq, type }) => type === 'event' && seq === 10);
    expect(numbersOf(client)).toEqual(upTo(4, 10));
  });

  it('again and again misses nothing and receives nothing twice', async () => {
    const { feed, ws } = await serve();
    const heard: number[] = [];
    for (let round = 0; round < 50; round++) {
      const client = new Client(`${ws}?since=${heard.at(-1) ?? 0}`);
      await client.ofType('hello');
      for (let i = 0; i < 20; i++) feed.publish(draft());
      await client.ofType('event');
      client.socket.terminate();
      heard.push(...(numbersOf(client) as number[]));
    }
    const last = new Client(`${ws}?since=${heard.at(-1)}`);
    await last.ofType('hello');
    feed.publish(draft());
    await last.message(({ seq, type }) => type === 'event' && seq === 1001);
    expect([...heard, ...numbersOf(last)]).toEqual(upTo(1, 1001));
  });
});
