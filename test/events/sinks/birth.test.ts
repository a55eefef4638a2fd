import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Birth } from '../../../src/events/sinks/birth.js';
import { mqttSink } from '../../helpers/mqttSink.js';
import { until } from '../../helpers/sinks.js';
import { strictBroker } from '../../helpers/strictBroker.js';

const born = { topic: 'homeassistant/status', payload: 'online', isRetained: false };

describe('Birth', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('announces once, a few seconds after several births, and again after a later one', () => {
    const announce = vi.fn();
    const birth = new Birth('homeassistant', announce);
    birth.receive(born);
    vi.advanceTimersByTime(1900);
    birth.receive(born);
    expect(announce).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(announce).toHaveBeenCalledTimes(1);
    birth.receive(born);
    vi.advanceTimersByTime(60_000);
    expect(announce).toHaveBeenCalledTimes(2);
  });

  it('ignores a retained birth, any other message, and what comes shortly before or after its end', () => {
    const announce = vi.fn();
    const birth = new Birth('homeassistant', announce);
    birth.receive({ ...born, isRetained: true });
    birth.receive({ ...born, payload: 'offline' });
    birth.receive({ ...born, topic: 'other/status' });
    vi.advanceTimersByTime(60_000);
    birth.receive(born);
    birth.stop();
    birth.receive(born);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(announce).not.toHaveBeenCalled();
  });
});

describe('MqttSink: the birth of Home Assistant', () => {
  it('publishes announcements and states again, announcements first', async () => {
    const broker = await strictBroker();
    const { logged } = await mqttSink(broker.url, { birthDelayMs: () => 0 });
    const sent = () => broker.published.filter(({ retain }) => retain).map(({ topic }) => topic);
    await until(() => sent().includes('spotter/people/alice/attributes'));
    const before = sent();
    broker.send('homeassistant/status', 'online', true);
    broker.send('homeassistant/status', 'online');
    await until(() => sent().length >= 2 * before.length - 1);
    // All but spotter/available, once.
    expect(sent().slice(before.length)).toEqual(before.slice(1));
    const first = before.findLastIndex((topic) => topic.startsWith('homeassistant/'));
    expect(before.slice(first + 1).every((topic) => topic.startsWith('spotter/'))).toBe(true);
    expect(logged).toEqual([]);
  });
});
