import type { CameraState } from '../../src/core/cameraState.js';
import { InView } from '../../src/events/inView.js';
import { type MqttOptions, MqttSink } from '../../src/events/sinks/mqtt.js';
import { ALL_FAMILIES } from '../../src/events/sinks/topics.js';
import { type Driven, drive, QuickClock } from './sinks.js';

/** A broker's sink with one camera and one person, driven at a quick clock; its own log lines are among the driver's. */
export async function mqttSink(
  url: string,
  change: Partial<MqttOptions> & { families?: Partial<MqttOptions['topics']> } = {},
): Promise<Driven & { sink: MqttSink; logged: string[] }> {
  const { families, ...options } = change;
  const logged: string[] = [];
  const log = { info: (text: string) => logged.push(text), warn: (text: string) => logged.push(text) };
  const cameras = new Map<string, CameraState>([['door', 'live']]);
  const sink = new MqttSink({
    ...{ url, topic: 'spotter', discovery: true, discoveryPrefix: 'homeassistant' },
    ...{ installation: '0123456789ab', version: '1.0.0', announced: { may: false, note: () => {} } },
    topics: { ...ALL_FAMILIES, ...families },
    retainedState: () => ({ people: new Map([['alice', 'Alice B.']]), cameras, inView: new InView() }),
    log,
    ...options,
  });
  return { ...(await drive(sink, { clock: new QuickClock() })), sink, logged };
}
