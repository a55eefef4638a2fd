import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import type { SinkSet } from '../../../src/supervisor/sinkSet.js';
import { startChaos } from '../../helpers/chaos.js';
import { lineMatching } from '../../helpers/cli.js';
import { keptBy, needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { root } from '../../helpers/paths.js';
import { sinkSet } from '../../helpers/sinkSet.js';
import { until } from '../../helpers/sinks.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const yard = { camera: 'yard', track: 'yard-1' };

describe('MqttSink', () => {
  it('publishes every event, and matches and cameras on their own topics', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, publish } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    const match = publish();
    publish({ ...yard, kind: 'unknown', person: null });
    publish({ kind: 'left' });
    // The last topic of the last event.
    await until(() => heard.seqs('spotter/cameras/door/events').length === 2);
    expect(JSON.parse(heard.of('spotter/events')[0])).toEqual({ type: 'event', ...match });
    expect(heard.seqs('spotter/events')).toEqual([1, 2, 3]);
    expect(heard.seqs('spotter/matches/alice')).toEqual([1]);
    expect(heard.seqs('spotter/matches/unknown')).toEqual([2]);
    expect(heard.seqs('spotter/cameras/door/events')).toEqual([1, 3]);
    expect(heard.seqs('spotter/cameras/yard/events')).toEqual([2]);
  });

  it('publishes presence as retained messages', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, publish } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    await heard.last('spotter/people/alice', 'not_home');
    publish();
    await heard.last('spotter/people/alice', 'door');
    publish({ ...yard, capturedAt: '2026-01-01T00:00:09.000Z' });
    await heard.last('spotter/people/alice', 'yard');
    const kept = await keptBy(broker);
    const sample = [...kept].filter(([topic]) => topic.startsWith('spotter/'));
    expect(Object.fromEntries(sample)).toEqual({
      'spotter/available': 'online',
      'spotter/cameras/door/state': 'live',
      'spotter/cameras/door/people': '["alice"]',
      'spotter/cameras/door/occupancy': 'ON',
      'spotter/cameras/door/last_person': 'alice',
      'spotter/cameras/yard/state': 'connecting',
      'spotter/cameras/yard/people': '["alice"]',
      'spotter/cameras/yard/occupancy': 'ON',
      'spotter/cameras/yard/last_person': 'alice',
      'spotter/people/alice': 'yard',
      'spotter/people/alice/attributes':
        '{"person":"alice","display_name":"Alice B.","present":true,"cameras":["yard","door"],"since":"2026-01-01T00:00:00.000Z"}',
      'spotter/people/bob': 'not_home',
      'spotter/people/bob/attributes':
        '{"person":"bob","display_name":"bob","present":false,"cameras":[],"since":null}',
    });
    publish({ ...yard, kind: 'left' });
    await heard.last('spotter/people/alice', 'door');
    publish({ kind: 'gap', track: null, person: null });
    await heard.last('spotter/people/alice', 'not_home');
    await heard.last('spotter/cameras/door/occupancy', 'OFF');
  });

  it('shows nobody at a camera that no node of the cluster watches', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, publish } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    publish();
    publish({ ...yard });
    await heard.last('spotter/people/alice', 'yard');
    set.cameraState('yard', 'waiting');
    await heard.last('spotter/people/alice', 'door');
    await heard.last('spotter/cameras/yard/people', '[]');
    await heard.last('spotter/cameras/yard/occupancy', 'OFF');
    set.cameraState('yard', 'live');
    await heard.last('spotter/people/alice', 'yard');
    await heard.last('spotter/cameras/yard/occupancy', 'ON');
  });

  it('publishes offline and clears presence when it closes', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, publish } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    publish();
    await heard.last('spotter/people/alice', 'door');
    await set.stop();
    const kept = await keptBy(broker);
    expect(kept.get('spotter/available')).toBe('offline');
    expect(kept.get('spotter/people/alice')).toBe('not_home');
  });

  it('has a last will, published when the daemon is killed', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const child = sinkProgram({ mqtt: { url: broker.url } });
    await lineMatching(child, 'stdout', /^delivered$/);
    await heard.last('spotter/available', 'online');
    child.kill('SIGKILL');
    await heard.last('spotter/available', 'offline');
    expect((await keptBy(broker)).get('spotter/available')).toBe('offline');
  });

  it('delivers all events and presence to a broker that restarts without its state', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const proxy = await startChaos(broker.port);
    const { set, publish, lines } = sinkSet({ mqtt: { url: `mqtt://127.0.0.1:${proxy.port}` } });
    await set.start();
    const before = await Subscriber.of(broker);
    publish();
    await until(() => before.seqs('spotter/events').length === 1);
    // An event has several topics: all of them, or it would be among those that wait.
    await until(() => set.states.every(({ lag }) => lag === 0));
    await broker.kill();
    await until(() => lines.length === 1);
    publish({ kind: 'left' });
    publish({ ...yard, person: 'bob' });
    // Nothing is sent until a subscriber is there.
    proxy.stall();
    await broker.start();
    const after = await Subscriber.of(broker);
    proxy.resume();
    await after.last('spotter/people/bob', 'yard');
    await until(() => after.seqs('spotter/events').includes(3));
    expect([...new Set(after.seqs('spotter/events'))]).toEqual([2, 3]);
    const kept = await keptBy(broker);
    expect(kept.get('spotter/people/alice')).toBe('not_home');
    expect(kept.get('spotter/people/bob')).toBe('yard');
    expect(kept.get('spotter/available')).toBe('online');
    await until(() => lines.length === 2);
    expect(lines[1]).toMatch(/^mqtt: caught up after \d+ s: 2 queued events handled$/);
  });

  it('sends the password, whatever its characters', async (context) => {
    needMosquitto(context);
    const login = { user: 'spot ter', password: 'p@ss/w:rd' };
    const broker = await startMosquitto(login);
    const url = `mqtt://spot%20ter:p%40ss%2Fw%3Ard@127.0.0.1:${broker.port}`;
    const heard = await Subscriber.of(broker, { username: login.user, password: login.password });
    const { set, publish } = sinkSet({ mqtt: { url } });
    await set.start();
    publish();
    await until(() => heard.seqs('spotter/events').length === 1);
  });

  it('retries a rejected password, and logs that once, without the password', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto({ user: 'spotter', password: 'right' });
    const { set, lines, publish } = sinkSet({
      mqtt: { url: `mqtt://spotter:wr0ng-one@127.0.0.1:${broker.port}` },
    });
    await set.start();
    publish();
    await until(() => lines.length === 1);
    expect(lines).toEqual([
      `mqtt: delivery failed, retrying: the broker at 127.0.0.1:${broker.port} rejects the user name or password`,
    ]);
    const problem = lines[0].replace(/^.*retrying: /, '');
    expect(set.states).toMatchObject([{ name: 'mqtt', up: false, lag: 1, problem }]);
    await set.stop();
    expect(lines.join()).not.toContain('wr0ng-one');
    expect(lines).toHaveLength(1);
  });

  it('stops in time when the broker freezes', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const { set, publish, log } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    publish();
    await until(() => set.states[0].lag === 0);
    broker.pause();
    publish();
    // Long before the keepalive would time out.
    await set.stop();
    expect(log.cursors.get('mqtt')).toBe(1);
  }, 15_000);

  it('stops in time when the broker never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    onTestFinished(() => {
      silent.close();
    });
    const connected = once(silent, 'connection');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { set } = sinkSet({ mqtt: { url: `mqtt://127.0.0.1:${port}` } });
    await set.start();
    await connected;
    await set.stop();
  });

  it('stops in time when the broker accepts the connection and then stays silent', async () => {
    const asked = new Promise<void>((resolve) => {
      const mute = createServer((peer) => {
        // CONNACK; what comes then, SUBSCRIBE, is never answered.
        peer.once('data', () => peer.write(Uint8Array.of(0x20, 2, 0, 0)));
        peer.on('error', () => {});
        peer.on('data', (data) => {
          if (data[0] >> 4 === 8) resolve();
        });
      }).listen(0, '127.0.0.1', async () => {
        const { port } = mute.address() as AddressInfo;
        silent = sinkSet({ mqtt: { url: `mqtt://127.0.0.1:${port}` } }).set;
        await silent.start();
      });
      onTestFinished(() => {
        mute.close();
      });
    });
    let silent: SinkSet | undefined;
    await asked;
    const startMs = performance.now();
    await silent?.stop();
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('connects over TLS to a broker with a trusted certificate', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto(undefined, certificate(context));
    const url = `mqtts://localhost:${broker.port}`;
    const { set, lines } = sinkSet({ mqtt: { url } });
    await set.start();
    await until(() => lines.length === 1);
    expect(lines[0]).toContain(
      `cannot reach the broker at localhost:${broker.port}: self-signed certificate`,
    );
    const child = sinkProgram({ mqtt: { url } }, { NODE_EXTRA_CA_CERTS: broker.certificate });
    await lineMatching(child, 'stdout', /^delivered$/);
  });
});

/** The sinks of a configuration as a process of their own. Ends with the test. */
function sinkProgram(config: object, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const program = path.join(root, 'test/helpers/sinkProgram.mjs');
  const child = spawn(process.execPath, [program, JSON.stringify({ data: temporaryFolder(), ...config })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** A key and a certificate of our own for localhost. */
function certificate(context: TestContext): { key: string; certificate: string } {
  const folder = temporaryFolder();
  const key = path.join(folder, 'key.pem');
  const file = path.join(folder, 'certificate.pem');
  const what = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  ];
  const { error } = spawnSync('openssl', ['req', '-x509', ...what, '-keyout', key, '-out', file]);
  if (error) context.skip('needs openssl (Debian: apt-get install openssl)');
  return { key, certificate: file };
}
