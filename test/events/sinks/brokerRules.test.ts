import { describe, expect, it } from 'vitest';
import { InView } from '../../../src/events/inView.js';
import { needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { mqttSink } from '../../helpers/mqttSink.js';
import { until } from '../../helpers/sinks.js';
import { type Published, strictBroker } from '../../helpers/strictBroker.js';

const DENIED = 0x87;
const isMatch = ({ topic }: Published) => topic.startsWith('spotter/matches/');
const seqOf = ({ payload }: Published) => JSON.parse(payload).seq;

describe('MqttSink at a broker that refuses subscriptions', () => {
  it('delivers everything, and names the refused filters in one line', async () => {
    const broker = await strictBroker({
      subscribe: (filter) => (filter.startsWith('homeassistant/') ? DENIED : 0),
    });
    const { log, logged, driver } = await mqttSink(broker.url);
    log.commit();
    await until(
      () => driver.lag === 0 && broker.published.some(({ topic }) => topic.includes('person_alice')),
    );
    expect(driver.isUp).toBe(true);
    expect(broker.subscribed).toContain('spotter/people/+');
    expect(logged).toEqual([
      expect.stringMatching(
        /^the broker refuses the subscription to homeassistant\/\+\/spotter_0123456789ab\/\+\/config, homeassistant\/status: .*retained topics .* stay there.*access rules/,
      ),
    ]);
  });

  it('finds the subscription at which the broker closes the connection', async () => {
    const broker = await strictBroker({
      version: 4,
      subscribe: (filter) => (filter === 'homeassistant/status' ? 'close' : 0),
    });
    const { log, logged, driver } = await mqttSink(broker.url);
    log.commit();
    await until(() => driver.lag === 0);
    expect(logged).toEqual([expect.stringContaining('refuses the subscription to homeassistant/status:')]);
  });

  it('does not ask for topics of Home Assistant with discovery off, unless it may have announced something', async () => {
    const broker = await strictBroker();
    const quiet = await mqttSink(broker.url, { discovery: false });
    quiet.log.commit();
    await until(() => quiet.driver.lag === 0 && broker.published.length > 0);
    expect(broker.subscribed.filter((filter) => filter.startsWith('homeassistant'))).toEqual([]);
    const after = await strictBroker();
    await mqttSink(after.url, { discovery: false, announced: { may: true, note: () => {} } });
    await until(() => after.subscribed.includes('homeassistant/+/spotter_0123456789ab/+/config'));
    expect(after.subscribed).not.toContain('homeassistant/status');
  });

  it('notes that it has announced something once the broker has accepted it', async () => {
    const noted: boolean[] = [];
    const announced = {
      may: false,
      note(may: boolean) {
        announced.may = may;
        noted.push(may);
      },
    };
    const deaf = await strictBroker({ publish: ({ topic }) => (topic.startsWith('home') ? DENIED : 0) });
    const { logged } = await mqttSink(deaf.url, { announced });
    await until(() => logged.some((line) => line.includes('homeassistant/+/')));
    expect(noted).toEqual([]);
    const broker = await strictBroker();
    await mqttSink(broker.url, { announced });
    await until(() => noted.length > 0);
    expect(noted).toEqual([true]);
  });
});

describe('MqttSink at a broker that denies topics', () => {
  it.each([4, 5] as const)(
    'skips the topic at which the connection is closed, and publishes each event once on the others (MQTT %i)',
    async (version) => {
      const broker = await strictBroker({ version, publish: (message) => (isMatch(message) ? 'close' : 0) });
      const { log, logged, driver } = await mqttSink(broker.url);
      log.commit();
      await until(() => driver.lag === 0);
      log.commit({ kind: 'unknown', person: null });
      log.commit();
      await until(() => driver.lag === 0);
      const seqs = (topic: string) => broker.published.filter((one) => one.topic === topic).map(seqOf);
      expect(seqs('spotter/events')).toEqual([1, 2, 3]);
      expect(seqs('spotter/cameras/door/events')).toEqual([1, 2, 3]);
      expect(log.letters).toEqual([]);
      expect(logged).toEqual([
        expect.stringMatching(
          /closes the connection at each message to spotter\/matches\/alice, .*access rules .*mqtt\.topics\.matches: false/,
        ),
        expect.stringContaining('to spotter/matches/+,'),
      ]);
    },
  );

  it('skips a topic that is refused with a reason code, over the same connection', async () => {
    const broker = await strictBroker({ publish: (message) => (isMatch(message) ? DENIED : 0) });
    const { log, logged, driver } = await mqttSink(broker.url);
    log.commit();
    log.commit();
    await until(() => driver.lag === 0);
    expect(broker.published.filter(({ topic }) => topic === 'spotter/events').map(seqOf)).toEqual([1, 2]);
    expect(broker.connections).toBe(1);
    expect(logged).toEqual([expect.stringContaining('does not allow messages to spotter/matches/alice,')]);
  });

  it('keeps every event while a broker closes each connection at once', async () => {
    const broker = await strictBroker({ subscribe: () => 'close' });
    const { log, outcomes } = await mqttSink(broker.url);
    log.commit();
    await until(() => broker.connections > 60);
    broker.rules = {};
    await until(() => outcomes.includes('delivered'));
    expect(broker.published.filter(({ topic }) => topic === 'spotter/matches/alice')).toHaveLength(1);
    expect(broker.subscribed).toHaveLength(9);
    expect(log.letters).toEqual([]);
  });

  it('publishes skipped retained topics when they are allowed later', async () => {
    const broker = await strictBroker({
      properties: { receiveMaximum: 1 },
      publish: ({ topic }) => (/people\/\w+$/.test(topic) ? DENIED : 0),
    });
    const time = { aheadMs: 0 };
    const clock = {
      nowMs: () => Date.now() + time.aheadMs,
      steadyMs: () => performance.now() + time.aheadMs,
      wait: async () => {},
    };
    const people = new Map(['alice', 'bob', 'carol'].map((name) => [name, name]));
    const retainedState = () => ({ people, cameras: new Map(), inView: new InView() });
    const { sink, logged } = await mqttSink(broker.url, { clock, retainedState, discovery: false });
    await until(() => broker.published.some(({ topic }) => topic === 'spotter/people/carol/attributes'));
    expect(logged.at(-1)).toContain('to spotter/people/+,');
    broker.rules = {};
    time.aheadMs = 3_600_001;
    sink.refresh();
    const isThere = (name: string) =>
      broker.published.some(({ topic }) => topic === `spotter/people/${name}`);
    await until(() => [...people.keys()].every(isThere));
    expect(logged.at(-1)).toBe('the broker accepts messages to spotter/people/+ again');
  });

  it('makes a dead letter of an event that no topic was allowed for', async () => {
    const broker = await strictBroker({
      publish: ({ topic }) => (/events|matches/.test(topic) ? DENIED : 0),
    });
    const { log, driver } = await mqttSink(broker.url);
    for (let event = 0; event < 3; event++) log.commit();
    await until(() => log.letters.length === 3);
    expect(log.letters[0].reason).toBe(
      'the broker allows none of the topics spotter/events, spotter/cameras/door/events, spotter/matches/alice',
    );
    await until(() => driver.problem !== null);
    expect(driver.isUp).toBe(false);
  });

  it('keeps events while the broker has no quota left for them', async () => {
    const broker = await strictBroker({ publish: ({ topic }) => (/events|matches/.test(topic) ? 0x97 : 0) });
    const { log, outcomes, driver } = await mqttSink(broker.url);
    log.commit();
    await until(() => outcomes.length >= 12);
    expect(driver.isUp).toBe(false);
    broker.rules = {};
    await until(() => outcomes.includes('delivered'));
    expect(broker.published.filter(({ topic }) => topic === 'spotter/events')).toHaveLength(1);
    expect(log.letters).toEqual([]);
  });

  it('removes what was published before its family was switched off', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    await heard.publish('spotter/available', 'offline');
    await heard.publish('spotter/people/alice', 'door');
    await mqttSink(broker.url, { families: { available: false, people: false } });
    await heard.last('spotter/available', '');
    await heard.last('spotter/people/alice', '');
  });

  it('publishes nothing to families that are switched off, nor announces what depends on them', async () => {
    const broker = await strictBroker();
    const off = { available: false, matches: false, cameraEvents: false, people: false };
    const { log, driver, outcomes } = await mqttSink(broker.url, { families: off });
    log.commit();
    await until(() => driver.lag === 0 && broker.published.some(({ topic }) => topic.endsWith('/occupancy')));
    const topics = broker.published.map(({ topic }) => topic);
    expect(
      topics.filter((topic) => /available|matches|door\/events|spotter\/people|person_/.test(topic)),
    ).toEqual([]);
    expect(topics).toContain('spotter/events');
    const announced = broker.published.filter(({ topic }) => topic.startsWith('homeassistant/'));
    expect(announced).toHaveLength(1);
    expect(JSON.parse(announced[0].payload).cmps.events).toEqual({ p: 'event' });
    expect(announced.map(({ payload }) => payload).join()).not.toContain('spotter/available');
    const silent = await mqttSink(broker.url, { families: { ...off, events: false } });
    silent.log.commit();
    await until(() => silent.outcomes.length > 0);
    expect([outcomes, silent.outcomes]).toEqual([['delivered'], ['skipped']]);
  });
});

describe('MqttSink at a broker with limits', () => {
  it.each([
    ['refuses MQTT 5', {}, [5, 4]],
    ['answers MQTT 5 as MQTT 3 does', { isLenient: true }, [5, 4]],
  ])('falls back to MQTT 3.1.1 where the broker %s', async (_how, rules, versions) => {
    const broker = await strictBroker({ version: 4, ...rules });
    const { log, driver } = await mqttSink(broker.url);
    log.commit();
    await until(() => driver.lag === 0);
    expect(broker.versions).toEqual(versions);
  });

  it('connects without a retained last will where the broker closes the connection because of it', async () => {
    const broker = await strictBroker({ version: 4, will: ({ retain }) => (retain ? 'close' : 0) });
    const { log, driver } = await mqttSink(broker.url);
    log.commit();
    await until(() => driver.lag === 0);
    expect(broker.published.some(({ topic, retain }) => topic === 'spotter/available' && retain)).toBe(true);
  });

  it('keeps the last will retained where the broker rejects its QoS only', async () => {
    const broker = await strictBroker({ will: ({ qos }) => (qos > 0 ? 0x9b : 0) });
    const { driver } = await mqttSink(broker.url);
    await until(() => driver.isUp);
    expect(broker.wills).toEqual([
      { qos: 1, retain: true },
      { qos: 0, retain: true },
    ]);
  });

  it('sends without retain to a broker of MQTT 3 that closes the connection at retained messages', async () => {
    const broker = await strictBroker({ version: 4, publish: ({ retain }) => (retain ? 'close' : 0) });
    const { log, driver, logged } = await mqttSink(broker.url);
    log.commit();
    await until(
      () => driver.lag === 0 && broker.published.some(({ topic }) => topic === 'spotter/people/alice'),
    );
    expect(logged).toEqual([expect.stringMatching(/^limits of the broker: it retains no messages/)]);
  });

  it('keeps to the number of messages and to the size that the broker accepts', async () => {
    const broker = await strictBroker({ properties: { receiveMaximum: 1, maximumPacketSize: 1000 } });
    const { log, outcomes, driver } = await mqttSink(broker.url);
    log.commit({ zones: ['x'.repeat(1000)] });
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['dead_letter', 'delivered']);
    expect(log.letters[0].reason).toMatch(/^the broker accepts no message of 1\d{3} bytes; raise its limit/);
    expect(broker.connections).toBe(1);
    expect(driver.isUp).toBe(true);
  });

  it('works with QoS 0 and without retain as the broker asks for, and logs the consequences', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto(undefined, undefined, ['max_qos 0', 'retain_available false']);
    const heard = await Subscriber.of(broker);
    const { log, driver, logged } = await mqttSink(broker.url);
    log.commit();
    await until(
      () => heard.seqs('spotter/events').length === 1 && heard.of('spotter/people/alice').length > 0,
    );
    expect(driver.isUp).toBe(true);
    expect(logged).toEqual([
      expect.stringMatching(/^limits of the broker: it allows QoS 0 only.*; it retains no messages/),
    ]);
  });
});
