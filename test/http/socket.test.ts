import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Client, draft, numbersOf, serve } from '../helpers/socket.js';

describe('EventSocket', () => {
  it('sends hello first, then every event as it happens', async () => {
    const { log, publish, ws } = await serve();
    publish(draft());
    const client = new Client(ws);
    expect(await client.ofType('hello')).toEqual({
      type: 'hello',
      protocol: 1,
      server: 'spotter/test',
      epoch: log.epoch,
      firstSeq: 1,
      seq: 1,
      erasures: 0,
      cameras: [{ id: 'door', state: 'live' }],
      tracks: [],
    });
    const event = publish(draft({ kind: 'unknown', person: null }));
    expect(await client.ofType('event')).toEqual({ type: 'event', ...event });
    expect(event).toMatchObject({ seq: 2, id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) });
    expect(client.messages[0].type).toBe('hello');
  });

  it('sends only the cameras, people and kinds subscribed to; empty lists mean all', async () => {
    const { feed, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', cameras: ['door'], people: ['alice'], kinds: ['match', 'left'] });
    feed.publish(draft({ camera: 'yard' }));
    feed.publish(draft({ person: 'bob' }));
    feed.publish(draft({ kind: 'appeared' }));
    feed.publish(draft({ kind: 'unknown', person: null }));
    feed.publish(draft());
    await client.send({ type: 'subscribe', cameras: [], people: [], kinds: [] });
    feed.publish(draft({ camera: 'yard', kind: 'unknown', person: null }));
    await client.message(({ seq }) => seq === 6);
    expect(client.messages.filter(({ type }) => type === 'event').map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it('sends the withdrawal of a name to subscribers of that person, too', async () => {
    const { publish, ws } = await serve();
    const first = new Client(ws);
    await first.ofType('hello');
    await first.send({ type: 'subscribe', people: ['alice'] });
    publish(draft());
    publish(draft({ kind: 'unknown', person: null, withdrawn: 'alice' }));
    publish(draft({ person: 'bob', withdrawn: 'carol' }));
    publish(draft({ person: 'bob', withdrawn: 'alice' }));
    await first.message(({ seq, type }) => type === 'event' && seq === 4);
    expect(numbersOf(first)).toEqual([1, 2, 4]);
  });

  it('sends statistics and camera changes to clients that subscribe to them', async () => {
    const { socket, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', cameras: ['door'], stats: true });
    socket.cameraState('yard', 'live', null);
    socket.cameraState('door', 'stalled', 'why');
    expect(await client.ofType('camera')).toEqual({
      type: 'camera',
      id: 'door',
      state: 'stalled',
      message: 'why',
      node: null,
    });
    expect(await client.ofType('stats')).toEqual({ type: 'stats', cameras: [{ camera: 'door', frames: 7 }] });
  });

  it('says who was forgotten to everybody who may know the name, and later that somebody was', async () => {
    const { log, socket, ws } = await serve();
    // The events of bob may name alice, as the nearest other person.
    const clients = ['', '?people=Alice', '?people=bob', '?kinds=gap'].map((query) => new Client(ws + query));
    await Promise.all(clients.map((client) => client.ofType('hello')));
    await log.forgetPerson('alice', () => {});
    socket.forgotten('alice');
    for (const client of clients)
      expect(await client.ofType('forgotten')).toEqual({ type: 'forgotten', person: 'alice', erasures: 1 });
    expect(await new Client(ws).ofType('hello')).toMatchObject({ erasures: 1 });
  });

  it.each([
    ['not JSON', 'hello'],
    ['another type', { type: 'unsubscribe' }],
    ['a typo', { type: 'subscribe', camera: ['door'] }],
    ['a kind that there is not', { type: 'subscribe', kinds: ['maybe'] }],
  ])('answers an invalid message with an error and stays connected: %s', async (_name, message) => {
    const { feed, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send(message);
    expect(await client.ofType('error')).toMatchObject({
      code: 'bad_message',
      message: expect.stringMatching(/./),
    });
    feed.publish(draft());
    await client.ofType('event');
  });

  it('closes a client that sends too large a message; the others stay connected', async () => {
    const { feed, ws } = await serve();
    const [loud, quiet] = [new Client(ws), new Client(ws)];
    await Promise.all([loud.ofType('hello'), quiet.ofType('hello')]);
    loud.socket.send('x'.repeat(5000));
    const [code] = await once(loud.socket, 'close');
    expect(code).toBe(1009);
    feed.publish(draft());
    await quiet.ofType('event');
  });

  it('closes a client that does not read with 1013; the others miss nothing', async () => {
    const { feed, ws, closed } = await serve();
    const [slow, reader] = [new Client(ws), new Client(ws)];
    await Promise.all([slow.ofType('hello'), reader.ofType('hello')]);
    slow.socket.pause();
    const padded = draft({ runnerUp: 'x'.repeat(4000) });
    let published = 0;
    while (closed.length === 0) {
      for (let i = 0; i < 200; i++) feed.publish(padded);
      published += 200;
      await reader.message(({ seq }) => seq === published);
    }
    expect(closed).toEqual(['slow']);
    expect(reader.messages.filter(({ type }) => type === 'event')).toHaveLength(published);
    const close = once(slow.socket, 'close');
    slow.socket.resume();
    const [code] = await close;
    // Once its pipe is full it may learn of its end only by the cut.
    expect([1013, 1006]).toContain(code);
  });

  it('closes with a reason when the daemon stops', async () => {
    const { ws, stop } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    const close = once(client.socket, 'close');
    await stop();
    expect((await close)[0]).toBe(1001);
  });
});
