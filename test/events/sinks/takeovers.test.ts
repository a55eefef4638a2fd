import { describe, expect, it, onTestFinished } from 'vitest';
import { InView } from '../../../src/events/inView.js';
import { MqttSink } from '../../../src/events/sinks/mqtt.js';
import { Takeovers } from '../../../src/events/sinks/takeovers.js';
import { needMosquitto, startMosquitto } from '../../helpers/mosquitto.js';

describe('Takeovers', () => {
  it('suspects after three short connections in a row, once', () => {
    const takeovers = new Takeovers();
    for (const heldMs of [100, 100, 40_000, 100, 100]) takeovers.ended(heldMs);
    expect(takeovers.takeSuspicion()).toBe(false);
    takeovers.ended(100);
    expect([takeovers.takeSuspicion(), takeovers.takeSuspicion()]).toEqual([true, false]);
  });

  it('suspects nothing of a broker that restarts', () => {
    const takeovers = new Takeovers();
    for (let restart = 0; restart < 5; restart++) {
      takeovers.ended(100);
      takeovers.refused();
    }
    expect(takeovers.takeSuspicion()).toBe(false);
  });
});

describe('MqttSink of two installations with one client id', () => {
  it('names the client id and what to do, and waits', async (context) => {
    needMosquitto(context);
    const { url } = await startMosquitto();
    const stopping = new AbortController();
    /** Opens a sink again and again, as its driver does, until it fails. */
    const fight = async () => {
      const sink = new MqttSink({
        ...{ url, topic: 'spotter', discovery: false, discoveryPrefix: 'homeassistant' },
        ...{ installation: '0123456789ab', version: '1.0.0' },
        retainedState: () => ({ people: null, cameras: new Map(), inView: new InView() }),
      });
      onTestFinished(() => sink.close());
      for (;;) {
        let lost = () => {};
        const closed = new Promise<void>((resolve) => {
          lost = resolve;
        });
        const failure = await sink.open(stopping.signal, lost);
        if (failure?.retryAfterMs) return failure;
        await closed;
      }
    };
    const failure = await Promise.race([fight(), fight()]);
    stopping.abort();
    expect(failure.reason).toMatch(/both use the client id spotter-0123456789ab: stop one, delete the file/);
    expect(failure.retryAfterMs).toBe(30_000);
  });
});
