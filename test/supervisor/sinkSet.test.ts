import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installationId } from '../../src/supervisor/installation.js';
import { receiver } from '../helpers/receiver.js';
import { sinkSet } from '../helpers/sinkSet.js';
import { until } from '../helpers/sinks.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('SinkSet', () => {
  it('drives sinks independently: a failing one does not delay the others', async () => {
    const [good, bad] = [await receiver(), await receiver()];
    bad.answer = () => {};
    const { set, publish } = sinkSet({
      webhooks: [
        { id: 'bad', url: bad.url },
        { id: 'good', url: good.url },
      ],
    });
    await set.start();
    for (let i = 0; i < 5; i++) publish();
    await until(() => good.received.length === 5);
    await until(() => set.states[1].lag === 0);
    const none = { delivered: 0, deadLetters: 0, lastDeliveredAt: null };
    expect(set.states).toEqual([
      { name: 'webhook:bad', up: true, lag: 5, problem: null, ...none },
      {
        name: 'webhook:good',
        up: true,
        lag: 0,
        problem: null,
        ...none,
        delivered: 5,
        lastDeliveredAt: expect.stringMatching(/^20.*Z$/),
      },
    ]);
  });

  it('reports a far end that refuses everything once a minute with a count, and in its state', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(403).end('wrong secret');
    const { set, publish, lines } = sinkSet({ webhooks: [{ id: 'home', url: far.url }] });
    await set.start();
    for (let i = 0; i < 50; i++) publish();
    await until(() => set.states[0].lag === 0);
    expect(set.states).toMatchObject([
      {
        up: false,
        delivered: 0,
        deadLetters: 50,
        problem: expect.stringMatching(
          /^the last 50 events were refused: .* answered 403 Forbidden: wrong secret$/,
        ),
      },
    ]);
    expect(lines).toHaveLength(2);
    await set.stop();
    expect(lines).toEqual([
      expect.stringMatching(
        /^webhook:home: event 1 became a dead letter, .* answered 403 Forbidden: wrong secret$/,
      ),
      expect.stringMatching(/^webhook:home: 3 events in a row were refused, so nothing arrives: .*403/),
      expect.stringMatching(/^webhook:home: event 50 became a dead letter, .* \(and 48 more\)$/),
    ]);
  });

  it('applies a changed configuration without disturbing unchanged sinks', async () => {
    const [one, two] = [await receiver(), await receiver()];
    const first = { id: 'first', url: one.url };
    const second = { id: 'second', url: two.url };
    const { set, publish, config } = sinkSet({ webhooks: [first, second] });
    await set.start();
    publish();
    await until(() => one.received.length === 1 && two.received.length === 1);
    await set.configure(config({ webhooks: [first, { ...second, url: `${two.url}?v=2` }] }));
    publish();
    await until(() => one.received.length === 2 && two.received.length === 2);
    expect(two.received.map(({ path }) => path)).toEqual(['/hook', '/hook?v=2']);
    expect(one.received.map(({ connection }) => connection)).toEqual([1, 1]);
    await set.configure(config({ webhooks: [{ ...second, url: `${two.url}?v=2` }] }));
    expect(set.states.map(({ name }) => name)).toEqual(['webhook:second']);
    publish();
    await until(() => two.received.length === 3);
    expect(one.received).toHaveLength(2);
    expect(two.seqs).toEqual([1, 2, 3]);
  });

  it('delivers missed events to a sink that comes back under its name, and only new events to a new one', async () => {
    const far = await receiver();
    const { set, publish, config } = sinkSet({ webhooks: [{ id: 'old', url: far.url }] });
    await set.start();
    publish();
    await until(() => far.received.length === 1);
    await set.configure(config({ webhooks: [] }));
    publish();
    await set.configure(
      config({
        webhooks: [
          { id: 'old', url: `${far.url}/old` },
          { id: 'new', url: `${far.url}/new` },
        ],
      }),
    );
    publish();
    await until(() => far.received.length === 4);
    const received = far.received.slice(1).map(({ path, body }) => `${path} ${JSON.parse(body).seq}`);
    expect(received.sort()).toEqual(['/hook/new 3', '/hook/old 2', '/hook/old 3']);
  });

  it('drives each sink once when the configuration changes before the start', async () => {
    const far = await receiver();
    const { set, publish, config } = sinkSet({});
    await set.configure(config({ webhooks: [{ id: 'hook', url: far.url }] }));
    expect(set.states).toEqual([]);
    await set.start();
    publish();
    publish();
    await until(() => far.seqs.includes(2) && set.states[0].lag === 0);
    expect(far.seqs).toEqual([1, 2]);
  });

  it('applies a change during the start after it', async () => {
    const far = await receiver();
    const [first, second] = ['first', 'second'].map((id) => ({ id, url: `${far.url}/${id}` }));
    const { set, publish, config } = sinkSet({ webhooks: [first, second] });
    await Promise.all([set.start(), set.configure(config({ webhooks: [first] }))]);
    publish();
    publish();
    await until(() => far.seqs.includes(2));
    expect(far.received.map(({ path }) => path)).toEqual(['/hook/first', '/hook/first']);
  });

  it('masks the secrets of the configuration in dead letters and log', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(400).end();
    const { set, publish, log, lines } = sinkSet({
      webhooks: [{ id: 'hook', url: far.url, secret: 'answered 400 Bad Request' }],
    });
    await set.start();
    publish();
    await until(() => log.letters.length === 1 && lines.length > 0);
    expect(log.letters[0].reason).toBe(`127.0.0.1:${far.port} ***`);
    expect(lines.join()).toMatch(/dead letter, see .*: 127\.0\.0\.1:\d+ \*{3}/);
    expect(lines.join()).not.toContain('answered');
  });

  it('stops every sink when stopped during the start', async () => {
    const far = await receiver();
    const [first, second] = ['first', 'second'].map((id) => ({ id, url: `${far.url}/${id}` }));
    const { set, log } = sinkSet({ webhooks: [first, second] });
    await Promise.all([set.start(), set.stop()]);
    const next = sinkSet({ webhooks: [first] }, log);
    await next.set.start();
    next.publish();
    next.publish();
    await until(() => far.seqs.includes(2));
    expect(far.received.map(({ path }) => path)).toEqual(['/hook/first', '/hook/first']);
  });
});

describe('installationId', () => {
  it('is generated once and stored for the owner only', () => {
    const data = path.join(temporaryFolder(), 'data');
    const id = installationId(data);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(installationId(data)).toBe(id);
    expect(statSync(path.join(data, 'installation')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(data, 'installation'), 'utf8')).toBe(`${id}\n`);
  });

  it('stays the same when it cannot be stored', () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(installationId(file)).toMatch(/^[0-9a-f]{12}$/);
    expect(installationId(file)).toBe(installationId(file));
  });
});
