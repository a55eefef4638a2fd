import { describe, expect, it } from 'vitest';
import type { Request } from '../../../src/events/sinks/brokerAnswer.js';
import { TopicAccess } from '../../../src/events/sinks/topicAccess.js';
import { familyOf, switchOf, Topics } from '../../../src/events/sinks/topics.js';

const topics = new Topics('spotter');

function topicAccess() {
  const lines: string[] = [];
  const time = { nowMs: 0 };
  const clock = { nowMs: () => time.nowMs, steadyMs: () => time.nowMs, wait: async () => {} };
  const access = new TopicAccess({
    familyOf: (topic) => familyOf(topics, topic),
    switchOf: (topic) => switchOf(topics, topic),
    log: { info: (text) => lines.push(text), warn: (text) => lines.push(text) },
    clock,
  });
  const close = (
    unanswered: string[],
    change: {
      code?: number;
      isOurs?: boolean;
      agoMs?: number;
      hasAnswered?: boolean;
      isRetained?: boolean;
    } = {},
  ) =>
    access.closed({
      ...{
        isOurs: change.isOurs ?? false,
        code: change.code ?? null,
        hasAnswered: change.hasAnswered ?? true,
      },
      unanswered: unanswered.map(
        (topic): Request => ({
          ...{ kind: 'publish', topic, isRetained: change.isRetained ?? false },
          sentAtMs: time.nowMs - (change.agoMs ?? 0),
        }),
      ),
    });
  return { access, lines, time, close };
}

describe('TopicAccess', () => {
  it('skips a topic after three closed connections, for an hour, and then after one', () => {
    const { access, close, time, lines } = topicAccess();
    for (const isSkipped of [false, false, true]) {
      close(['spotter/matches/alice']);
      expect(access.isSkipped('spotter/matches/alice')).toBe(isSkipped);
    }
    time.nowMs = 3_600_001;
    expect(access.isSkipped('spotter/matches/alice')).toBe(false);
    close(['spotter/matches/alice']);
    expect(access.isSkipped('spotter/matches/alice')).toBe(true);
    expect(lines).toHaveLength(1);
  });

  it('starts over with a topic that is accepted again, and logs it', () => {
    const { access, close, time, lines } = topicAccess();
    for (const _round of [1, 2, 3]) close(['spotter/matches/alice']);
    time.nowMs = 3_600_001;
    access.accepted('spotter/matches/alice', false);
    close(['spotter/matches/alice']);
    expect(access.isSkipped('spotter/matches/alice')).toBe(false);
    expect(lines.at(-1)).toBe('the broker accepts messages to spotter/matches/alice again');
  });

  it('blames no topic that was accepted in between', () => {
    const { access, close } = topicAccess();
    for (let round = 0; round < 5; round++) {
      close(['spotter/events']);
      close(['spotter/events']);
      access.accepted('spotter/events', false);
    }
    expect(access.isSkipped('spotter/events')).toBe(false);
  });

  it.each([
    ['we have closed', { isOurs: true }],
    ['another client has taken over', { code: 0x8e }],
    ['the broker has shut down', { code: 0x8b }],
    ['had no answer at all', { hasAnswered: false }],
    ['ended long after the last message', { agoMs: 20_000 }],
  ])('blames no topic for a connection that %s', (_how, change) => {
    const { access, close } = topicAccess();
    for (let round = 0; round < 5; round++) close(['spotter/events'], change);
    expect(access.isSkipped('spotter/events')).toBe(false);
  });

  it('suspects retained messages as such first, and the topic when it fails without retain, too', () => {
    const { access, close } = topicAccess();
    const topic = 'spotter/available';
    const seen = [1, 2, 3].map(() => close([topic], { isRetained: true }).retain);
    expect(seen).toEqual([null, null, 'suspected']);
    expect(close(['spotter/events']).retain).toBe(null);
    expect(close([topic]).retain).toBe('cleared');
    expect(access.isSkipped(topic)).toBe(true);
    for (const _round of [1, 2, 3]) close(['spotter/people/alice'], { isRetained: true });
    expect(access.isSkipped('spotter/people/alice')).toBe(true);
  });

  it('believes a reason code at once', () => {
    const { access, close } = topicAccess();
    close(['spotter/events'], { code: 0x87 });
    access.refused('spotter/available', 0x87);
    access.refused('spotter/cameras/door/events', 0x97);
    const skipped = ['spotter/events', 'spotter/available', 'spotter/cameras/door/events'];
    expect(skipped.map((topic) => access.isSkipped(topic))).toEqual([true, true, false]);
  });

  it('asks for one message at a time when several were unanswered, until a connection has held', () => {
    const { access, close } = topicAccess();
    close(['spotter/events', 'spotter/available']);
    expect(access.isCareful).toBe(true);
    access.held();
    expect(access.isCareful).toBe(false);
    expect(access.isSkipped('spotter/events')).toBe(false);
  });

  it('skips a whole family with its second topic, unless one was accepted', () => {
    const { access } = topicAccess();
    for (const person of ['alice', 'bob']) access.refused(`spotter/matches/${person}`, 0x87);
    expect(access.isSkipped('spotter/matches/carol')).toBe(true);
    access.accepted('spotter/people/carol', true);
    for (const person of ['alice', 'bob']) access.refused(`spotter/people/${person}`, 0x87);
    expect(access.isSkipped('spotter/people/bob')).toBe(true);
    expect(access.isSkipped('spotter/people/dave')).toBe(false);
  });
});

describe('familyOf', () => {
  it.each([
    ['spotter/events', 'spotter/events', 'mqtt.topics.events: false'],
    ['spotter/available', 'spotter/available', 'mqtt.topics.available: false'],
    ['spotter/matches/alice', 'spotter/matches/+', 'mqtt.topics.matches: false'],
    ['spotter/cameras/door/events', 'spotter/cameras/+/events', 'mqtt.topics.cameraEvents: false'],
    ['spotter/cameras/door/state', 'spotter/cameras/+/state', 'mqtt.topics.state: false'],
    ['spotter/people/al/attributes', 'spotter/people/+/attributes', 'mqtt.topics.people: false'],
    ['spotter/matches/config', 'spotter/matches/+', 'mqtt.topics.matches: false'],
    ['spotter/ha/sensor/spotter_1/x/config', 'spotter/ha/+/spotter_1/+/config', 'mqtt.discovery: false'],
    ['homeassistant/sensor/n/x/config', 'homeassistant/+/n/+/config', 'mqtt.discovery: false'],
  ])('of %s is %s, switched off with %s', (topic, family, setting) => {
    expect(familyOf(topics, topic)).toBe(family);
    expect(switchOf(topics, topic)).toBe(setting);
  });
});
