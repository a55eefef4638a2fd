import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/events/sinks/signature.js';
import { receiver } from '../../helpers/receiver.js';
import { until } from '../../helpers/sinks.js';
import { hook } from '../../helpers/webhook.js';

const HOUR_MS = 3_600_000;
const SECRET = 'a secret of some length';

describe('WebhookSink', () => {
  it('sends every event in order as on the WebSocket, over one connection', async () => {
    const far = await receiver();
    const { log } = await hook(far.url);
    const events = [log.commit(), log.commit({ kind: 'left' })];
    await until(() => far.received.length === 2);
    expect(far.received.map(({ body }) => JSON.parse(body))).toEqual(
      events.map((event) => ({ type: 'event', ...event })),
    );
    expect(far.received[0]).toMatchObject({ path: '/hook', connection: 1 });
    expect(far.received[0].headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'spotter/1.2.3',
      'x-spotter-event': events[0].id,
      'x-spotter-seq': '1',
    });
    expect(far.received[0].headers).not.toHaveProperty('x-spotter-signature');
    expect(far.received[1].connection).toBe(1);
  });

  it('signs with the secret, and sends the login of the address', async () => {
    const far = await receiver();
    const { log } = await hook(far.url.replace('//', '//us%20er:p%40ss@'), { secret: SECRET });
    log.commit();
    await until(() => far.received.length === 1);
    const [{ headers, body, path }] = far.received;
    const timestamp = String(headers['x-spotter-timestamp']);
    expect(headers['x-spotter-signature']).toBe(signatureOf(SECRET, timestamp, body));
    expect(headers.authorization).toBe(`Basic ${Buffer.from('us er:p@ss').toString('base64')}`);
    expect(path).toBe('/hook');
  });

  it('sends only events that pass the filter', async () => {
    const far = await receiver();
    const wanted = { cameras: ['door'], people: ['alice'], kinds: ['match' as const], notifyOnly: true };
    const { log, outcomes } = await hook(far.url, wanted);
    log.commit({ notify: true });
    log.commit({ notify: true, camera: 'yard' });
    log.commit({ notify: true, person: 'bob' });
    log.commit({ notify: true, person: 'bob', withdrawn: 'alice' });
    log.commit({ notify: true, kind: 'left' });
    log.commit();
    await until(() => outcomes.length === 6);
    expect(far.seqs).toEqual([1, 4]);
    expect(outcomes.filter((outcome) => outcome === 'skipped')).toHaveLength(4);
  });

  it('catches up in order after an outage of an hour, and logs two lines', async () => {
    const far = await receiver();
    const { log, lines, clock, driver, outcomes } = await hook(far.url);
    await far.stop();
    const beganMs = clock.nowMs();
    for (let i = 0; i < 250; i++) log.commit();
    await until(() => clock.nowMs() - beganMs > HOUR_MS);
    expect(driver.isUp).toBe(false);
    expect(driver.lag).toBe(250);
    expect(Math.max(...clock.waits)).toBeLessThanOrEqual(60_000);
    await far.start();
    await until(() => driver.lag === 0);
    expect(far.seqs).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    await until(() => lines.length === 2);
    expect(lines[0]).toBe(`warn: delivery failed, retrying: no server is listening at 127.0.0.1:${far.port}`);
    expect(lines[1]).toMatch(/^info: caught up after \d+ s: 250 queued events handled$/);
    expect(driver.isUp).toBe(true);
    expect(outcomes.filter((outcome) => outcome === 'delivered')).toHaveLength(250);
    expect(log.letters).toEqual([]);
  });

  it.each([500, 503, 408, 425, 429])('retries the same event after %i', async (status) => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(far.received.length < 4 ? status : 200).end();
    const { log, outcomes } = await hook(far.url);
    log.commit();
    log.commit();
    await until(() => far.received.length === 5);
    expect(far.seqs).toEqual([1, 1, 1, 1, 2]);
    await until(() => outcomes.length === 5);
    expect(outcomes).toEqual(['retry', 'retry', 'retry', 'delivered', 'delivered']);
  });

  it('waits for Retry-After, up to a limit', async () => {
    const far = await receiver();
    const asked = ['120', new Date(Date.now() + HOUR_MS).toUTCString(), 'soon'];
    far.answer = (response) => {
      const wait = asked[far.received.length - 1];
      if (wait === undefined) response.writeHead(204).end();
      else response.writeHead(429, { 'retry-after': wait }).end();
    };
    const { log, clock } = await hook(far.url);
    log.commit();
    await until(() => far.received.length === 4);
    expect(clock.waits[0]).toBe(120_000);
    expect(clock.waits[1]).toBe(600_000);
    expect(clock.waits[2]).toBeLessThan(10_000);
  });

  it.each([
    [400, 'answered 400 Bad Request'],
    [404, 'answered 404 Not Found'],
    [410, 'answered 410 Gone'],
    [302, 'answered 302 Found; redirects are not followed, configure the final address'],
  ])('does not retry after %i: a dead letter with the reason', async (status, reason) => {
    const far = await receiver();
    far.answer = (response, { body }) =>
      response.writeHead(JSON.parse(body).seq === 1 ? status : 200, { location: '/elsewhere' }).end();
    const { log, lines, outcomes } = await hook(far.url);
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(far.received.map(({ path }) => path)).toEqual(['/hook', '/hook']);
    expect(outcomes).toEqual(['dead_letter', 'delivered']);
    expect(log.letters).toMatchObject([
      { sink: 'webhook:hook', seq: 1, reason: `127.0.0.1:${far.port} ${reason}` },
    ]);
    expect(lines).toEqual([
      expect.stringContaining(`event 1 became a dead letter, see "spotter dead-letters"`),
    ]);
  });

  it.each([401, 403, 404])(
    'retries %i of an address that has worked, as while a proxy waits for its program',
    async (status) => {
      const far = await receiver();
      const { log, lines, outcomes } = await hook(far.url);
      log.commit();
      await until(() => outcomes.length === 1);
      let refusals = 0;
      far.answer = (response) => response.writeHead(refusals++ < 4 ? status : 204).end();
      for (let i = 0; i < 5; i++) log.commit();
      await until(() => outcomes.filter((outcome) => outcome === 'delivered').length === 6);
      expect(log.letters).toEqual([]);
      expect(new Set(far.seqs)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
      expect(lines[0]).toContain(`answered ${status}`);
      expect(lines[0]).toContain('although it has accepted events before');
    },
  );

  it('retries 404 after a restart too, for ten minutes and not longer', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(404).end();
    const { log, clock, lines } = await hook(far.url, { hasWorked: true });
    log.commit();
    log.commit();
    await until(() => log.letters.length === 2);
    // Of this secret and these headers, nobody knows whether they have worked.
    expect(lines[0]).toMatch(
      / 404 Not Found; unless it is starting, check url, secret and headers of this webhook$/,
    );
    const waitedMs = clock.waits.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(10 * 60_000);
    expect(waitedMs).toBeLessThan(12 * 60_000);
    expect(far.seqs.filter((seq) => seq === 2)).toHaveLength(1);
  });

  it('does not hold up others again for an address that rejects single events', async () => {
    const far = await receiver();
    far.answer = (response, { body }) => response.writeHead(JSON.parse(body).seq % 2 === 0 ? 404 : 204).end();
    const { log, outcomes } = await hook(far.url);
    for (let i = 0; i < 5; i++) log.commit();
    await until(() => outcomes.filter((outcome) => outcome !== 'retry').length === 5);
    expect(log.letters.map(({ seq }) => seq)).toEqual([2, 4]);
    expect(far.seqs.filter((seq) => seq === 4)).toHaveLength(1);
  });

  it('records what the far end answered, without what it repeats of the request', async () => {
    const far = await receiver();
    far.answer = (response, { path, headers }) =>
      response
        .writeHead(400, `bad ${path} ${headers.authorization}`)
        .end(`{"error":"no chat\n at ${path}","sent":"${headers.authorization} ${headers['x-api-key']}"}`);
    const { log, lines } = await hook(
      `http://user:t0psecret@127.0.0.1:${far.port}/bot12:abc_de/send?key=tok3n`,
      {
        headers: { 'X-Api-Key': 'k3y-of-mine' },
      },
    );
    log.commit();
    await until(() => log.letters.length === 1 && lines.length > 0);
    expect(log.letters[0].reason).toBe(
      `127.0.0.1:${far.port} answered 400 Bad Request: {"error":"no chat\\n at ******","sent":"Basic *** ***"}`,
    );
    expect(lines.join()).toContain('answered 400 Bad Request: {"error":"no chat');
    expect(lines.join()).not.toMatch(/abc_de|Basic dX|t0psecret|tok3n|k3y-of-mine/);
  });

  it('is not up after three refusals in a row, until an event is accepted', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(far.received.length <= 4 ? 400 : 204).end('no_text');
    const { log, lines, driver, outcomes } = await hook(far.url);
    for (let event = 0; event < 2; event++) log.commit();
    await until(() => outcomes.length === 2);
    expect([driver.isUp, driver.problem]).toEqual([true, null]);
    for (let event = 0; event < 2; event++) log.commit();
    await until(() => outcomes.length === 4);
    expect(driver.isUp).toBe(false);
    expect(driver.problem).toBe(
      `the last 4 events were refused: 127.0.0.1:${far.port} answered 400 Bad Request: no_text`,
    );
    log.commit();
    await until(() => driver.isUp && outcomes.length === 5);
    expect(lines.filter((line) => line.includes('in a row were refused'))).toHaveLength(1);
    expect(lines.at(-1)).toBe('info: events are accepted again');
  });

  it('waits as long as a chat service asks for in its answer', async () => {
    const far = await receiver();
    const answers = ['{"retry_after":61.5}', '{"ok":false,"parameters":{"retry_after":62}}'];
    far.answer = (response) => {
      const answer = answers[far.received.length - 1];
      response.writeHead(answer === undefined ? 204 : 429).end(answer);
    };
    const { log, clock } = await hook(far.url);
    log.commit();
    await until(() => far.received.length === 3);
    expect(clock.waits).toEqual([61_500, 62_000]);
  });

  it('does not take 200 with "ok": false of Telegram for a delivery', async () => {
    const far = await receiver();
    const answers = [
      '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
      '{"ok":true}',
    ];
    far.answer = (response) => response.writeHead(200).end(answers[far.received.length - 1]);
    const { log, outcomes } = await hook(far.url, { format: 'telegram', chatId: 5 });
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['dead_letter', 'delivered']);
    expect(log.letters[0].reason).toContain('chat not found');
  });

  it('sends headers of its own, beside and in place of ours', async () => {
    const far = await receiver();
    const { log } = await hook(far.url.replace('//', '//user:password@'), {
      format: 'ntfy',
      headers: { Title: 'Front door', Authorization: 'Bearer abc', Priority: '5' },
    });
    log.commit({ displayName: 'Zoë' });
    await until(() => far.received.length === 1);
    const [{ headers, body }] = far.received;
    expect(body).toBe('Zoë at door (similarity 0.60)');
    expect(headers).toMatchObject({
      ...{ title: 'Front door', priority: '5', authorization: 'Bearer abc' },
      ...{ 'content-type': 'text/plain; charset=utf-8', 'x-spotter-seq': '1' },
    });
  });

  it('dead-letters an event that was not accepted for giveUpMs, and delivers later ones', async () => {
    const far = await receiver();
    far.answer = (response, { body }) => response.writeHead(JSON.parse(body).seq === 1 ? 500 : 200).end();
    const { log } = await hook(far.url, { giveUpMs: HOUR_MS });
    log.commit();
    log.commit();
    await until(() => far.seqs.includes(2));
    expect(log.letters).toHaveLength(1);
    expect(log.letters[0]).toMatchObject({
      seq: 1,
      reason: `not accepted within 3600 s; last failure: 127.0.0.1:${far.port} answered 500 Internal Server Error`,
    });
  });

  it('dead-letters a long queue of a dead far end without an attempt per event', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(500).end();
    const { log, driver } = await hook(far.url, { giveUpMs: HOUR_MS });
    for (let i = 0; i < 300; i++) log.commit();
    await until(() => log.letters.length === 300);
    expect([...new Set(far.seqs)]).toEqual([1, 2, 101, 201]);
    far.answer = (response) => response.writeHead(200).end();
    log.commit();
    await until(() => driver.lag === 0 && driver.isUp);
  });
});
