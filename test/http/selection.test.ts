import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { byNameKey, parseAddress, parseClientMessage } from '../../src/http/message.js';
import { Client, draft, numbersOf, serve } from '../helpers/socket.js';

const SELECTABLE = { cameras: ['front-door', 'yard'], people: byNameKey(['alice', 'Zoë']) };
const address = (query: string, selectable: Parameters<typeof parseAddress>[1] = SELECTABLE) =>
  parseAddress(new URLSearchParams(query), selectable);
const message = (data: unknown) => parseClientMessage(JSON.stringify(data), SELECTABLE);

describe('parseAddress', () => {
  it('takes lists separated by commas or repeated; an empty one means all', () => {
    expect(
      address('since=3&epoch=e&kinds=match,left&kinds=gap&cameras=yard&people=alice,ZO%C3%8B&stats=true'),
    ).toEqual({
      ok: true,
      subscription: {
        kinds: ['match', 'left', 'gap'],
        cameras: ['yard'],
        people: ['alice', 'ZOË'],
        stats: true,
      },
      notice: null,
    });
  });

  it.each([
    ['kinds=mach', 'kinds: "mach" is no kind of event; did you mean "match"?'],
    ['cameras=frontdoor', 'no camera "frontdoor" is configured; did you mean "front-door"?'],
    ['cameras=garage', 'no camera "garage" is configured; valid here: front-door, yard'],
    ['kinds=', 'kinds: is empty or has an empty name; name what you want, or leave it out for all'],
    [
      'cameras=yard,&people=',
      'cameras: is empty or has an empty name; name what you want, or leave it out for all; people: is empty or has an empty name; name what you want, or leave it out for all',
    ],
    ['kind=match', '"kind" is not valid here; did you mean "kinds"?'],
    ['type=subscribe', '"type" is not valid here; valid here: cameras, people, kinds, stats, since, epoch'],
    ['__proto__=x', '"__proto__" is not valid here; valid here: cameras, people, kinds, stats, since, epoch'],
    ['stats=yes', 'stats: must be true or false, not "yes"'],
    [
      'kinds=mach&stats=1',
      'kinds: "mach" is no kind of event; did you mean "match"?; stats: must be true or false, not "1"',
    ],
    [`people=${'x'.repeat(65)}`, 'people: has a name of more than 64 characters'],
  ])('says what is wrong and what was probably meant: %s', (query, fault) => {
    expect(address(query)).toEqual({ ok: false, fault });
  });

  it('explains the first five of many faults', () => {
    const many = address(`cameras=${Array.from({ length: 100 }, (_, index) => `yard${index}`)}`);
    expect(many).toMatchObject({
      ok: false,
      fault: expect.stringMatching(/^(no camera [^;]+; [^;]+; ){5}and 95 more$/),
    });
  });

  it('says that there is no camera yet', () => {
    expect(address('cameras=door', { cameras: [], people: byNameKey([]) })).toEqual({
      ok: false,
      fault: 'no camera "door" is configured; there is none yet',
    });
  });

  it('keeps a filter for somebody who is not in the gallery, says so, and says nothing before it is read', () => {
    expect(address('people=alcie')).toMatchObject({
      ok: true,
      subscription: { people: ['alcie'] },
      notice: 'nobody in the gallery is named "alcie" now; did you mean "alice"?',
    });
    expect(address('people=alcie', { ...SELECTABLE, people: null })).toMatchObject({
      ok: true,
      notice: null,
    });
  });
});

describe('parseClientMessage', () => {
  it.each([
    ['hello', /^a message must be an object such as \{"type":"subscribe"/],
    [{ cameras: [] }, /^type: must be "subscribe"/],
    [{ type: 'subscribe', camera: ['yard'] }, /^"camera" is not valid here; did you mean "cameras"\?$/],
    [{ type: 'subscribe', cameras: 'yard' }, /^cameras: must be a list such as \["a", "b"\], not "yard"$/],
    [{ type: 'subscribe', cameras: [7] }, /^cameras: must be names in quotes, not 7$/],
    [
      { type: 'subscribe', cameras: [''] },
      /^cameras: is empty or has an empty name; name what you want, or leave it out for all$/,
    ],
    [{ type: 'subscribe', kinds: [null] }, /^kinds: null is no kind of event; valid here: appeared, match/],
    [{ type: 'subscribe', stats: 'true' }, /^stats: must be true or false, not "true"$/],
    [{ type: 'subscribe', people: Array(201).fill('x') }, /^people: must have at most 200 entries$/],
  ])('answers in words of its own: %j', (data, fault) => {
    expect(message(data)).toEqual({ ok: false, fault: expect.stringMatching(fault) });
  });
});

describe('EventSocket: a filter in the address', () => {
  it('applies to hello, to what is replayed and to what follows', async () => {
    const { publish, socket, ws } = await serve();
    publish(draft({ camera: 'yard' }));
    publish(draft({ kind: 'appeared', person: null }));
    publish(draft());
    const client = new Client(`${ws}?since=0&cameras=door&kinds=match&stats=true`);
    expect(await client.ofType('hello')).toMatchObject({ cameras: [{ id: 'door' }] });
    await client.message(({ seq, type }) => type === 'event' && seq === 3);
    publish(draft({ camera: 'yard' }));
    publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 5);
    expect(numbersOf(client)).toEqual([3, 5]);
    await client.ofType('stats');
    const other = new Client(`${ws}?cameras=yard`);
    expect(await other.ofType('hello')).toMatchObject({ cameras: [] });
    socket.cameraState('door', 'stalled', null);
    socket.cameraState('yard', 'live', null);
    expect(await other.ofType('camera')).toMatchObject({ id: 'yard' });
  });

  it('that is not valid gets hello, an error and close code 1008, and no event', async () => {
    const { publish, closed, ws } = await serve();
    publish(draft());
    const client = new Client(`${ws}?since=0&cameras=dor`);
    expect((await once(client.socket, 'close'))[0]).toBe(1008);
    expect(client.messages).toMatchObject([
      { type: 'hello', seq: 1 },
      {
        type: 'error',
        code: 'bad_filter',
        message: 'no camera "dor" is configured; did you mean "door"?',
      },
    ]);
    expect(closed).toEqual(['bad_filter']);
  });

  it('for somebody unknown gets an error, and the person once added', async () => {
    const { publish, ws } = await serve();
    const client = new Client(`${ws}?people=carol`);
    expect(await client.ofType('error')).toMatchObject({ code: 'unknown_person' });
    publish(draft());
    publish(draft({ person: 'carol' }));
    await client.ofType('event');
    expect(numbersOf(client)).toEqual([2]);
  });
});
