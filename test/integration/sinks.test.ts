import { describe, expect, it } from 'vitest';
import { finish, spotter } from '../helpers/cli.js';
import { configure, daemon, eventually, Listener, metric, metricsOf } from '../helpers/daemon.js';
import { needMosquitto, Subscriber, startMosquitto } from '../helpers/mosquitto.js';
import { commandLines } from '../helpers/processes.js';
import { receiver } from '../helpers/receiver.js';
import { until } from '../helpers/sinks.js';

describe('spotter run: a webhook and a broker', () => {
  it('get the events of the WebSocket, without a gap after a kill; no secret appears in any output', async (context) => {
    needMosquitto(context);
    const login = { user: 'spotter', password: 'Qz7v-broker' };
    const broker = await startMosquitto(login);
    const subscriber = await Subscriber.of(broker, { username: login.user, password: login.password });
    const far = await receiver();
    const webhooks = [
      { id: 'hook', url: far.url.replace('//', '//user:Qz7v-hook@'), secret: 'Qz7v-secret-of-16-and-more' },
      { id: 'gone', url: 'http://user:Qz7v-gone@127.0.0.1:9/' },
    ];
    const mqtt = { url: broker.url.replace('//', `//${login.user}:${login.password}@`) };
    const config = configure(
      [{ id: 'demo', loop: true, realtime: true }],
      `webhooks: ${JSON.stringify(webhooks)}\nmqtt: ${JSON.stringify(mqtt)}\n`,
    );
    const first = await daemon(config);
    const client = new Listener(first.address);
    await client.until((message) => message.kind === 'match');
    await until(() => far.received.length >= 2);
    await subscriber.last('spotter/people/grace-hopper', 'demo');
    const seen = [commandLines(), await metricsOf(first.address)];
    expect(await metric(first.address, 'spotter_sink_up{sink="mqtt"}')).toBe(1);
    await eventually(
      () => metric(first.address, 'spotter_sink_up{sink="webhook:gone"}'),
      (up) => up === 0,
    );
    const published = client.seen.filter(({ type }) => type === 'event').map(({ seq }) => seq as number);
    first.child.kill('SIGKILL');
    await subscriber.last('spotter/available', 'offline');

    const second = await daemon(config);
    await subscriber.last('spotter/available', 'online');
    await eventually(
      () => Math.max(...far.seqs) > Math.max(...published),
      (isBeyond) => isBeyond,
    );
    const ended = finish(second.child);
    second.child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    await subscriber.last('spotter/available', 'offline');
    await subscriber.last('spotter/people/grace-hopper', 'not_home');
    // Every seq at least once, in order, none missing.
    const numbers = [...new Set(far.seqs)];
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(numbers).toEqual([...new Set(subscriber.seqs('spotter/events'))]);
    const shown = await spotter(['config', 'show', '-c', config]);
    const everything = [...seen, first.log(), second.log(), shown.stdout, JSON.stringify(client.seen)].join(
      '\n',
    );
    expect(first.log()).toContain('no server is listening at 127.0.0.1:9');
    expect(everything).not.toContain('Qz7v');
  });
});
