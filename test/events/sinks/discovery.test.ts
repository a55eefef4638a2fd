import { describe, expect, it } from 'vitest';
import { keptBy, needMosquitto, Subscriber, startMosquitto } from '../../helpers/mosquitto.js';
import { sinkSet } from '../../helpers/sinkSet.js';
import { until } from '../../helpers/sinks.js';

describe('MqttSink: discovery', () => {
  it('announces every person and camera in the form that Home Assistant expects', async (context) => {
    needMosquitto(context);
    const broker = await startMosquitto();
    const heard = await Subscriber.of(broker);
    const { set } = sinkSet({ mqtt: { url: broker.url } });
    await set.start();
    set.setPeople(['alice', "Zoë O'Hara"], {});
    await until(() => heard.heard.some(({ topic }) => topic.includes('person_zoe')));
    await until(() => heard.heard.some(({ topic }) => topic.includes('yard_last_person')));
    const kept = [...(await keptBy(broker))].filter(([topic]) => topic.startsWith('homeassistant/'));
    const ids = kept.map(([, payload]) => JSON.parse(payload).unique_id);
    expect(new Set(ids).size).toBe(8);
    for (const [topic, payload] of kept) {
      // From its documentation: <prefix>/<component>/<node_id>/<object_id>/config, ids of [a-zA-Z0-9_-].
      expect(topic).toMatch(
        /^homeassistant\/(sensor|binary_sensor)\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config$/,
      );
      const config = JSON.parse(payload);
      expect(config).toMatchObject({
        name: expect.any(String),
        state_topic: expect.stringMatching(/^spotter\//),
        unique_id: expect.stringMatching(/^spotter_[0-9a-f]{12}_/),
        origin: { name: 'spotter', sw_version: '1.2.3' },
        device: { identifiers: [expect.stringMatching(/^spotter_[0-9a-f]{12}/)] },
      });
      // One of the two, never both.
      expect('availability' in config).not.toBe('availability_topic' in config);
    }
    const person = kept.find(([topic]) => topic.includes('person_zoe'));
    expect(person?.[0]).toMatch(/person_zoe_o_hara_[0-9a-f]{8}\/config$/);
    expect(JSON.parse(person?.[1] ?? '')).toMatchObject({
      name: "Zoë O'Hara",
      state_topic: "spotter/people/Zoë O'Hara",
      availability_topic: 'spotter/available',
    });
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
      heard.heard.some(({ topic, payload }) => topic.includes('yard_people') && payload === ''),
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
    await until(() => heard.heard.some(({ topic }) => topic.includes('yard_last_person')));
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
