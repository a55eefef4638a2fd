import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../../src/events/event.js';
import { MIGRATE } from '../../../src/events/sinks/discovery.js';
import { keptBy, needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { sinkSet } from '../../helpers/sinkSet.js';
import { until } from '../../helpers/sinks.js';

/** Announcements whose topic has a part, in order, without removals. */
const announcedIn = ({ heard }: Subscriber, part: string) =>
  heard
    .filter(
      ({ topic, payload }) => topic.startsWith('homeassistant/') && topic.includes(part) && payload !== '',
    )
    .map(({ payload }) => payload);

describe('MqttSink: discovery', () => {
  it('announces every person and camera in the form for devices that Home Assistant expects', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set } = sinkSet({ mqtt: { url: broker.url, topics: { faces: true } } });
    await set.start();
    set.setPeople(['alice', "Zoë O'Hara"], {});
    await until(() => announcedIn(heard, 'person_zoe').length > 0);
    await until(() => announcedIn(heard, '/yard/').length > 0);
    const kept = [...(await keptBy(broker))].filter(([topic]) => topic.startsWith('homeassistant/'));
    expect(kept).toHaveLength(4);
    const entities = kept.flatMap(([topic, payload]) => {
      // From its documentation: <prefix>/device/<node_id>/<object_id>/config, ids of [a-zA-Z0-9_-].
      expect(topic).toMatch(/^homeassistant\/device\/spotter_[0-9a-f]{12}\/[a-zA-Z0-9_-]+\/config$/);
      const { dev, o, cmps } = JSON.parse(payload);
      expect(dev).toMatchObject({
        identifiers: [expect.stringMatching(/^spotter_[0-9a-f]{12}/)],
        manufacturer: 'spotter',
      });
      expect(o).toEqual({ name: 'spotter', sw: '1.2.3' });
      return Object.values(cmps as Record<string, Record<string, unknown>>);
    });
    expect(new Set(entities.map((entity) => entity.unique_id)).size).toBe(12);
    for (const entity of entities) {
      expect(entity).toMatchObject({
        p: expect.stringMatching(/^(sensor|binary_sensor|event|image)$/),
        name: expect.any(String),
        unique_id: expect.stringMatching(/^spotter_[0-9a-f]{12}_/),
        [entity.p === 'image' ? 'image_topic' : 'state_topic']: expect.stringMatching(/^spotter\//),
      });
      // One of the two, never both.
      expect('availability' in entity).not.toBe('availability_topic' in entity);
    }
    const [topic, payload] = kept.find(([one]) => one.includes('person_zoe')) ?? ['', '{}'];
    expect(topic).toMatch(/person_zoe_o_hara_[0-9a-f]{8}\/config$/);
    expect(Object.values(JSON.parse(payload).cmps)).toEqual([
      expect.objectContaining({
        name: "Zoë O'Hara",
        state_topic: "spotter/people/Zoë O'Hara",
        availability_topic: 'spotter/available',
      }),
    ]);
  });

  it('has an event entity per camera for every kind of event, and without its topics none', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, config } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    await until(() => announcedIn(heard, '/door/').length > 0);
    const { events, face } = JSON.parse(announcedIn(heard, '/door/')[0]).cmps;
    expect(events).toMatchObject({
      p: 'event',
      event_types: EVENT_KINDS,
      state_topic: 'spotter/cameras/door/events',
    });
    expect(events.value_template).toMatch(
      /^\{\{ \{'event_type': value_json\.kind, 'person': value_json\.person, .*\} \| to_json \}\}$/,
    );
    // A component with its platform only is removed.
    expect(face).toEqual({ p: 'image' });
    await set.configure(config({ mqtt: { url: broker.url, topics: { cameraEvents: false } } }));
    await until(() =>
      announcedIn(heard, '/door/').some((one) => JSON.parse(one).cmps.events.name === undefined),
    );
  });

  it('lets Home Assistant keep the settings of entities that an earlier version announced by themselves', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const first = sinkSet({ mqtt: { url: broker.url } });
    await first.set.start();
    await until(() => announcedIn(heard, '/door/').length > 0);
    const [, node] = /(spotter_[0-9a-f]{12})/.exec(heard.heard.map(({ topic }) => topic).join()) ?? [];
    const old = `homeassistant/binary_sensor/${node}/door_occupancy/config`;
    const oldPerson = `homeassistant/sensor/${node}/person_alice/config`;
    await first.set.configure(first.config({}));
    await heard.publish(old, '{"unique_id":"x"}');
    await heard.publish(oldPerson, '{"unique_id":"y"}');
    await heard.publish('homeassistant/sensor/other/person_alice/config', '{}');
    await until(() => heard.of(oldPerson).length > 0);
    heard.heard.length = 0;
    await first.set.configure(first.config({ mqtt: { url: broker.url } }));
    await heard.last(old, '');
    await heard.last(oldPerson, '');
    for (const topic of [old, oldPerson]) expect(heard.of(topic).slice(-2)).toEqual([MIGRATE, '']);
    const order = heard.heard.filter(({ topic }) => topic.startsWith('homeassistant/'));
    const migrated = order.findLastIndex(({ payload }) => payload === MIGRATE);
    const announced = order.findLastIndex(({ topic }) => topic.includes('/device/'));
    const removed = order.findIndex(({ topic, payload }) => topic === old && payload === '');
    expect(migrated).toBeLessThan(announced);
    expect(announced).toBeLessThan(removed);
    const kept = await keptBy(broker);
    expect([...kept.keys()].filter((topic) => /sensor\//.test(topic))).toEqual([
      'homeassistant/sensor/other/person_alice/config',
    ]);
  });

  it('removes the announcements of people and cameras that are gone, also those of an earlier run', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const stray = ['spotter/people/carol', 'spotter/people/carol/attributes', 'spotter/cameras/roof/state'];
    for (const topic of stray) await heard.publish(topic, 'x');
    await heard.publish('spotter/cameras/door/last_person', 'bob');
    await heard.publish('spotter/own/topic', 'x');
    const { set } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    for (const topic of stray) await heard.last(topic, '');
    set.setPeople(['bob'], {});
    set.cameraRemoved('yard');
    await heard.last('spotter/people/alice/attributes', '');
    await heard.last('spotter/cameras/yard/occupancy', '');
    await until(() =>
      heard.heard.some(({ topic, payload }) => topic.includes('/yard/config') && payload === ''),
    );
    const isOf = (one: RegExp) => [...kept.keys()].filter((topic) => one.test(topic));
    const kept = await keptBy(broker);
    expect(isOf(/alice|carol|roof|yard/)).toEqual([]);
    expect(isOf(/person_bob\/config$/)).toHaveLength(1);
    expect(kept.get('spotter/cameras/door/last_person')).toBe('bob');
    expect(kept.get('spotter/own/topic')).toBe('x');
  });

  it('keeps announced people until the gallery has been read', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const first = sinkSet({ mqtt: { url: broker.url, discovery: false } });
    await first.set.start();
    const heard = await Subscriber.of(broker);
    await heard.last('spotter/people/bob', 'not_home');
    await first.set.stop();
    const { set } = sinkSet({ mqtt: { url: broker.url } }, undefined, null);
    await set.start();
    await until(() => announcedIn(heard, '/yard/').length > 0);
    expect(heard.of('spotter/people/bob')).not.toContain('');
    set.setPeople(['alice'], {});
    await heard.last('spotter/people/bob', '');
  });

  it('announces nothing when disabled, and removes everything under abandoned topics', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set, config } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    await until(() => heard.heard.some(({ topic }) => topic.includes('person_bob')));
    await set.configure(config({ mqtt: { url: broker.url, discovery: false } }));
    await until(() =>
      heard.heard.some(({ topic, payload }) => topic.includes('person_bob') && payload === ''),
    );
    await heard.last('spotter/people/bob', 'not_home');
    await set.configure(config({ mqtt: { url: broker.url, topic: 'other' } }));
    await heard.last('other/people/bob', 'not_home');
    await heard.last('spotter/people/bob', '');
    const kept = await keptBy(broker);
    expect([...kept.keys()].filter((topic) => topic.startsWith('spotter/'))).toEqual([]);
  });
});
