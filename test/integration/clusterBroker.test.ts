import { beforeEach, expect, it } from 'vitest';
import { KEY } from '../helpers/cluster.js';
import { configure, type Daemon, daemon, eventually } from '../helpers/daemon.js';
import { sparse } from '../helpers/ffmpeg.js';
import { keptBy, needMosquitto, Subscriber, startMosquitto } from '../helpers/mosquitto.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { demoClip } from '../helpers/paths.js';
import { silentLink } from '../helpers/silentLink.js';

interface Seen {
  seq: number;
  kind: string;
  camera: string;
  node: string;
}

beforeEach((context) => {
  needNats(context);
  needMosquitto(context);
});

it('another node goes on as the same client of the broker when the sender dies: every event once, and states as they are', async () => {
  const nats = await startNats();
  const broker = await startMosquitto();
  const subscriber = await Subscriber.of(broker);
  const events = () => subscriber.of('spotter/events').map((text) => JSON.parse(text) as Seen);
  const cameras = [{ id: 'door' }, { id: 'yard', nodes: ['a'] }, { id: 'hall', nodes: ['b'] }].map(
    (camera) => ({
      ...{ url: sparse(demoClip), realtime: true, loop: true },
      ...camera,
    }),
  );
  const node = (name: string, url: string): Promise<Daemon> =>
    daemon(
      configure(
        cameras,
        `cluster: { servers: ['${nats.url}'], node: ${name}, key: '${KEY}' }\ndata: data-${name}\nmqtt: { url: '${url}' }\n`,
      ),
    );
  // The broker does not see the end of the sender, and has its last will still to publish.
  const [linkOfA, linkOfB] = [await silentLink(broker), await silentLink(broker)];
  const a = await node('a', linkOfA.url);
  await subscriber.last('spotter/available', 'online');
  const b = await node('b', linkOfB.url);
  await eventually(events, (all) => all.some((event) => event.node === 'b'));
  await subscriber.last('spotter/cameras/yard/occupancy', 'ON');
  expect([linkOfA.count(), linkOfB.count()]).toEqual([1, 0]);

  a.child.kill('SIGKILL');
  await eventually(
    () => linkOfB.count(),
    (count) => count === 1,
  );
  await subscriber.last('spotter/cameras/yard/state', 'waiting');
  // So that the last will cannot come any more.
  await eventually(
    () => linkOfA.open(),
    (open) => open === 0,
  );
  const { length } = events();
  await eventually(
    () => events().length,
    (now) => now > length,
  );
  const sent = events().map(({ seq }) => seq);
  const history = (await (await fetch(`${b.address}/api/v1/events?after=0&limit=500`)).json()) as {
    events: Seen[];
  };
  const all = history.events.map(({ seq }) => seq);
  expect([...new Set(sent)]).toEqual(all.slice(0, all.indexOf(Math.max(...sent)) + 1));
  // At most the one that was on its way when the sender died.
  expect(sent.length - new Set(sent).size).toBeLessThanOrEqual(1);

  expect([linkOfA.count(), linkOfB.count()]).toEqual([1, 1]);
  const kept = await keptBy(broker);
  expect(kept.get('spotter/available')).toBe('online');
  expect(kept.get('spotter/cameras/yard/people')).toBe('[]');
  expect(kept.get('spotter/cameras/yard/occupancy')).toBe('OFF');
  expect(kept.get('spotter/people/grace-hopper')).not.toBe('yard');
});
