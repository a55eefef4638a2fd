import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { SpotterEvent } from '../../../src/events/event.js';
import { FrigateShape } from '../../../src/events/sinks/frigate.js';
import { Topics } from '../../../src/events/sinks/topics.js';
import { spotterEvent } from '../../helpers/events.js';
import { type Broker, keptBy, needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { mqttSink } from '../../helpers/mqttSink.js';
import { until } from '../../helpers/sinks.js';

/** How long a broker still keeps a message, s; undefined: for ever. */
async function expiryOf({ url }: Broker, topic: string): Promise<number | undefined> {
  const client = await connectAsync(url, { protocolVersion: 5 });
  const read = new Promise<number | undefined>((resolve) => {
    client.on('message', (_topic, _payload, { properties }) => resolve(properties?.messageExpiryInterval));
  });
  await client.subscribeAsync(topic);
  const seconds = await read;
  await client.endAsync();
  return seconds;
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const nobody = { person: null, similarity: null };
const FACE = Uint8Array.of(0xff, 0xd8, 0xff, 0x00, 0x80, 0xd9);
/** The story of one track. */
const STORY: Partial<SpotterEvent>[] = [
  { kind: 'appeared', capturedAt: at(1), ...nobody },
  { kind: 'match', capturedAt: at(2), zones: ['porch'], snapshot: '/api/v1/events/2/snapshot.jpg' },
  { kind: 'unknown', capturedAt: at(3), withdrawn: 'alice', ...nobody, zones: [] },
  { kind: 'left', capturedAt: at(4), firstSeenMs: 0, lastSeenMs: 3000, ...nobody },
];

describe('FrigateShape', () => {
  it('tells the story of a track as new, update and end, each with what was before', () => {
    const shape = new FrigateShape(new Topics('spotter'));
    const events = STORY.map((change) => shape.messagesOf(spotterEvent(change))).map(
      ([{ topic, payload }]) => {
        expect(topic).toBe('spotter/frigate/events');
        return JSON.parse(payload);
      },
    );
    expect(events.map(({ type }) => type)).toEqual(['new', 'update', 'update', 'end']);
    for (const [index, { before, after }] of events.entries()) {
      expect(after).toMatchObject({ id: 'door-1', camera: 'door', label: 'person', box: [1, 2, 3, 4] });
      expect(before).toEqual(events[index - 1]?.after ?? after);
      expect(after.start_time).toBe(Date.parse(at(1)) / 1000);
    }
    expect(events.map(({ after }) => after.sub_label)).toEqual([null, ['alice', 0.6], null, null]);
    expect(events.map(({ after }) => after.end_time)).toEqual([null, null, null, Date.parse(at(4)) / 1000]);
    expect(events[1].after).toMatchObject({ has_snapshot: true, current_zones: ['porch'] });
    expect(events[2].after).toMatchObject({ current_zones: [], entered_zones: ['porch'] });
  });

  it('reports each name, and that a face has none, as an update of the object', () => {
    const shape = new FrigateShape(new Topics('spotter', 'frigate'));
    const updates = STORY.flatMap((change) => shape.messagesOf(spotterEvent(change)).slice(1));
    expect(updates.map(({ topic }) => topic)).toEqual(Array(2).fill('frigate/tracked_object_update'));
    expect(updates.map(({ payload }) => JSON.parse(payload))).toEqual([
      {
        type: 'face',
        id: 'door-1',
        name: 'alice',
        score: 0.6,
        camera: 'door',
        timestamp: Date.parse(at(2)) / 1000,
      },
      {
        type: 'face',
        id: 'door-1',
        name: null,
        score: 0,
        camera: 'door',
        timestamp: Date.parse(at(3)) / 1000,
      },
    ]);
  });

  it('ends a track of which nothing is known, and says nothing of events without a track', () => {
    const shape = new FrigateShape(new Topics('spotter'));
    const [{ payload }] = shape.messagesOf(spotterEvent(STORY[3]));
    expect(JSON.parse(payload)).toMatchObject({
      type: 'end',
      after: { start_time: Date.parse(at(1)) / 1000 },
    });
    expect(shape.messagesOf(spotterEvent({ kind: 'gap', track: null, box: null }))).toEqual([]);
  });
});

describe('MqttSink: shapes of others', () => {
  it('publishes those of Frigate below its own topics, never below "frigate", and only when asked', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const quiet = await mqttSink(broker.url, { installation: 'ba9876543210' });
    quiet.log.commit();
    await until(() => quiet.driver.lag === 0);
    expect(heard.heard.filter(({ topic }) => topic.includes('frigate'))).toEqual([]);
    const { log, driver } = await mqttSink(broker.url, { frigate: true });
    for (const change of STORY) log.commit(change);
    await until(() => driver.lag === 0 && heard.of('spotter/frigate/events').length === 4);
    expect(heard.of('spotter/frigate/tracked_object_update')).toHaveLength(2);
    expect(heard.heard.filter(({ topic }) => topic.startsWith('frigate/'))).toEqual([]);
    expect([...(await keptBy(broker)).keys()].filter((topic) => topic.includes('frigate'))).toEqual([]);
  });

  it('retains the last face of a camera where that is asked for, and removes it with everything else', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const asked: string[] = [];
    const faceOf = async ({ id }: SpotterEvent) => {
      asked.push(id);
      return { jpeg: FACE, keepSeconds: 3600 };
    };
    const without = await mqttSink(broker.url, { faceOf, installation: 'ba9876543210' });
    without.log.commit(STORY[1]);
    await until(() => without.driver.lag === 0);
    await without.driver.stop();
    expect(asked).toEqual([]);
    const { log, driver, sink } = await mqttSink(broker.url, { faceOf, families: { faces: true } });
    log.commit(STORY[0]);
    const { id } = log.commit(STORY[1]);
    await until(() => driver.lag === 0);
    expect(asked).toEqual([id]);
    const topic = 'spotter/cameras/door/face';
    expect((await keptBy(broker)).get(topic)).toBe(Buffer.from(FACE).toString());
    expect(await expiryOf(broker, topic)).toBeGreaterThan(3500);
    // The next connection finds it, and leaves it.
    await until(() => heard.of(topic).length > 0);
    sink.retire();
    await driver.stop();
    expect((await keptBy(broker)).has(topic)).toBe(false);
  });
});
