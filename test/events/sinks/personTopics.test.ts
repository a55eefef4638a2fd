import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { takeBackPerson } from '../../../src/events/sinks/personTopics.js';
import { keptBy, needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { strictBroker } from '../../helpers/strictBroker.js';

const options = { topic: 'spotter', discoveryPrefix: 'homeassistant', installation: '0123456789ab' };
const nothing = { topics: [], naming: 0 };
const soon = () => AbortSignal.timeout(20_000);

describe('takeBackPerson', () => {
  it('removes every topic that names the person, and no others', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const client = await Subscriber.of(broker);
    const person = (name: string, component = 'device') =>
      `homeassistant/${component}/spotter_0123456789ab/person_${name}/config`;
    const own = [
      ['spotter/people/alice', 'not_home'],
      ['spotter/people/alice/attributes', '{}'],
      ['spotter/matches/alice', '{}'],
      [person('alice'), '{"cmps":{}}'],
      [person('alice', 'sensor'), '{"name":"Alice B."}'],
      // Whose face it is, it does not say.
      ['spotter/cameras/door/face', 'JPEG'],
      ['spotter/cameras/door/last_person', 'alice'],
      ['spotter/cameras/door/people', '["bob","alice"]'],
    ];
    const others = [
      ['spotter/people/malice', 'door'],
      ['spotter/cameras/door/state', 'live'],
      ['spotter/cameras/yard/last_person', 'malice'],
      ['spotter/cameras/yard/people', '["malice"]'],
      [person('malice'), '{}'],
      ['other/people/alice', 'door'],
      // More than a broker sends before the first acknowledgement.
      ...Array.from({ length: 60 }, (_, index) => [`spotter/cameras/c${index}/people`, '[]']),
    ];
    for (const [topic, payload] of [...own, ...others]) await client.publish(topic, payload);
    const taken = await takeBackPerson({ ...options, url: broker.url }, 'alice', soon());
    expect(taken.topics.sort()).toEqual(own.map(([topic]) => topic).sort());
    expect(taken.naming).toBe(own.length - 1);
    expect(Object.fromEntries(await keptBy(broker))).toEqual(Object.fromEntries(others));
    expect(await takeBackPerson({ ...options, url: broker.url }, 'alice', soon())).toEqual(nothing);
  });

  it('clears the last faces, and does not take them for a trace of the person', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const client = await Subscriber.of(broker);
    const faces = ['spotter/cameras/door/face', 'spotter/cameras/yard/face'];
    for (const topic of faces) await client.publish(topic, 'JPEG');
    const taken = await takeBackPerson({ ...options, url: broker.url }, 'alice', soon());
    expect({ ...taken, topics: taken.topics.sort() }).toEqual({ topics: faces, naming: 0 });
    expect([...(await keptBy(broker)).keys()]).toEqual([]);
  });

  it('works on every node of a cluster at the same time', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const client = await Subscriber.of(broker);
    await client.publish('spotter/people/alice', 'door');
    const nodes = Array.from({ length: 5 }, () =>
      takeBackPerson({ ...options, url: broker.url }, 'alice', soon()),
    );
    await Promise.all(nodes);
    expect([...(await keptBy(broker)).keys()]).toEqual([]);
  });

  it('clears what it may not look at, and names what it could not search', async () => {
    const broker = await strictBroker({
      subscribe: (filter) => (filter.startsWith('home') || filter.includes('cameras/+/people') ? 0x87 : 0),
    });
    broker.rules.publish = ({ topic, payload }) => {
      if (topic === 'spotter/forget') setImmediate(() => broker.send(topic, payload));
      return 0;
    };
    const taking = takeBackPerson({ ...options, url: broker.url }, 'alice', soon());
    await expect(taking).rejects.toThrow(
      /refuses the subscription to spotter\/cameras\/\+\/people; allow it/,
    );
    const [announcement] = broker.published.filter(({ topic }) => topic.startsWith('home'));
    expect(announcement).toMatchObject({ payload: '', retain: true });
    broker.published.length = 0;
    broker.rules.subscribe = (filter) => (filter.startsWith('home') ? 0x87 : 0);
    const quiet = { ...options, url: broker.url, hasAnnounced: false };
    expect(await takeBackPerson(quiet, 'alice', soon())).toEqual(nothing);
    expect(broker.published.map(({ topic }) => topic)).toEqual(['spotter/forget']);
  });

  it('rejects when no broker is listening, and when the broker does not answer in time', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const url = (at: number) => `mqtt://user:Qz7v-secret@127.0.0.1:${at}`;
    const asked = (at: number, signal = soon()) =>
      takeBackPerson({ ...options, url: url(at) }, 'alice', signal);
    await expect(asked(9)).rejects.toThrow(/^no broker is listening at 127\.0\.0\.1:9$/);
    await expect(asked(port, AbortSignal.timeout(100))).rejects.toThrow(/does not answer$/);
  });

  it('rejects when the broker stops answering after the connection', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const stopped = new AbortController();
    const taking = takeBackPerson({ ...options, url: broker.url }, 'alice', stopped.signal);
    broker.pause();
    setImmediate(() => stopped.abort());
    await expect(taking).rejects.toThrow(/the broker/);
  });
});
