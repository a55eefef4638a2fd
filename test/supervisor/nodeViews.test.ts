import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Call, Handler } from '../../src/cluster/nodeRequests.js';
import { schema } from '../../src/config/schema.js';
import { SpotterError } from '../../src/core/errors.js';
import { InView } from '../../src/events/inView.js';
import type { Tile } from '../../src/http/liveTiles.js';
import type { LivePicture, ToEngine } from '../../src/ipc/protocol.js';
import type { ClusterHost } from '../../src/supervisor/clusterHost.js';
import { LiveFeed } from '../../src/supervisor/liveFeed.js';
import { NodeViews } from '../../src/supervisor/nodeViews.js';
import { RecentFaces } from '../../src/supervisor/recentFaces.js';
import { RemoteWishes } from '../../src/supervisor/remoteWishes.js';
import { eventDraft } from '../helpers/events.js';
import { good } from '../helpers/film.js';
import { until } from '../helpers/sinks.js';

type Answers = Map<string, Handler<unknown, unknown>>;

/** Two nodes that reach each other: "b" watches the camera "yard". */
function nodes() {
  const answers: Record<string, Answers> = { a: new Map(), b: new Map() };
  const away = new Set<string>();
  const denied: unknown[] = [];
  const make = (name: 'a' | 'b') => {
    const other = name === 'a' ? 'b' : 'a';
    const stops: (() => void)[] = [];
    const cluster = {
      node: name,
      others: [other],
      holderOf: (camera: string) => (camera === 'yard' && name === 'a' ? 'b' : null),
      answer: (call: Call<unknown, unknown>, handler: Handler<unknown, unknown>) =>
        void answers[name].set(call.name, handler),
      ask: async (node: string, call: Call<unknown, unknown>, input: unknown) => {
        if (away.has(node)) throw new SpotterError('cluster.unreachable', `node ${node} does not answer`);
        const { value, bytes } = (await answers[node].get(call.name)?.(call.input.parse(input), name)) ?? {};
        return { value: call.output.parse(JSON.parse(JSON.stringify(value))), bytes };
      },
      onStop: (stop: () => void) => void stops.push(stop),
    } as unknown as ClusterHost;
    const sent: ToEngine[] = [];
    const config = schema.parse({ cameras: [{ id: 'yard', url: 'test:320x240' }] });
    const live = new LiveFeed({
      config: () => config,
      send: (message) => sent.push(message),
      shownName: () => null,
      metrics: { livePicture: () => {}, wsClosed: () => {} },
    });
    const faces = new RecentFaces({ limits: () => ({ tracks: 9, minutes: 9 }), isLive: () => false });
    const events: Record<number, object> = {
      1: { id: 'own', node: 'a' },
      2: { id: 'foreign', node: 'b' },
      3: { id: 'gone', node: 'c' },
    };
    const hub = {
      log: { event: (seq: number) => (events[seq] ? { text: JSON.stringify(events[seq]) } : null) },
      picture: async (id: string) => Buffer.from(`${id} of ${name}`),
    };
    const requests = {
      ask: async (_: string, asked: unknown) => {
        denied.push([name, asked]);
        return { isLive: true };
      },
    };
    const views = new NodeViews({
      ...{ cluster, live, faces, inView: new InView(), hub, requests },
    } as unknown as ConstructorParameters<typeof NodeViews>[0]);
    onTestFinished(async () => {
      for (const stop of stops) stop();
      await live.stop();
    });
    return { views, live, faces, sent };
  };
  return { a: make('a'), b: make('b'), away, denied };
}

const picture = (capturedAtMs: number): LivePicture => ({
  ...{ camera: 'yard', capturedAtMs, width: 2, height: 1, jpeg: Uint8Array.of(capturedAtMs), boxes: [] },
});
const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString();
const watch = (sent: ToEngine[]) =>
  sent.flatMap((one) =>
    one.kind === 'watch' ? [one.tiles.map(({ camera, fps }) => `${camera} ${fps}`)] : [],
  );

describe('NodeViews', () => {
  it('give the pictures of events of this node, and those of another one', async () => {
    const { a, away } = nodes();
    expect(text(await a.views.snapshot(1, 'face'))).toBe('own of a');
    expect(text(await a.views.snapshot(2, 'face'))).toBe('foreign of b');
    expect(await a.views.snapshot(9, 'face')).toBeNull();
    away.add('b');
    await expect(a.views.snapshot(2, 'face')).rejects.toThrow('node b does not answer');
  });

  it('give the newest frame of a camera of another node', async () => {
    const { a, b } = nodes();
    const asked = a.views.frame('yard', 320);
    await until(() => b.sent.length === 1);
    expect([a.sent, b.sent]).toEqual([
      [],
      [{ kind: 'order', request: 1, camera: 'yard', width: 320, quality: 70 }],
    ]);
    b.live.receive({ kind: 'picture', request: 1, picture: picture(5) });
    expect(await asked).toEqual(Uint8Array.of(5));
  });

  it('list the faces of all nodes that answer, in the order in which they appeared', async () => {
    const { a, b, away } = nodes();
    const nowMs = Date.now();
    const look = (face: string) => ({ face: Buffer.from(face), frame: Buffer.from('f'), quality: good });
    const take = (node: typeof a, track: string, ageMs: number) =>
      node.faces.take(
        eventDraft({ track, camera: track.slice(0, -2), capturedAtMs: nowMs - ageMs }),
        look(track),
      );
    take(a, 'door-1', 3000);
    take(b, 'yard-1', 2000);
    take(a, 'door-2', 1000);
    const found = await a.views.faces();
    expect(found.map(({ track }) => track)).toEqual(['door-2', 'yard-1', 'door-1']);
    expect(found.every(({ position }, index) => position > (found[index + 1]?.position ?? 0))).toBe(true);
    expect(found.some((face) => 'jpeg' in face)).toBe(false);
    const face = await a.views.untilFace('yard-1');
    expect([face?.camera, text(face?.jpeg ?? null)]).toEqual(['yard', 'yard-1']);
    expect(await a.views.untilFace('yard-9')).toBeNull();
    away.add('b');
    expect((await a.views.faces()).map(({ track }) => track)).toEqual(['door-2', 'door-1']);
    await expect(a.views.untilFace('yard-1')).rejects.toThrow('node b does not answer');
  });

  it('take a name from a track at the node that watches its camera', async () => {
    const { a, away, denied } = nodes();
    const asked = { camera: 'yard', track: 'yard-1', person: 'alice' };
    expect(await a.views.deny(asked)).toEqual({ isLive: true });
    expect(await a.views.deny({ ...asked, camera: 'door' })).toEqual({ isLive: true });
    expect(denied).toEqual([
      ['b', asked],
      ['a', { ...asked, camera: 'door' }],
    ]);
    away.add('b');
    await expect(a.views.deny(asked)).rejects.toThrow('node b does not answer');
  });

  it('relay live pictures while somebody watches, the newest each time, and nothing otherwise', async () => {
    const { a, b } = nodes();
    const tile: Tile = { camera: 'yard', width: 320, fps: 100 };
    const shown: number[] = [];
    a.live.show = ({ capturedAtMs }) => void shown.push(capturedAtMs);
    expect(b.sent).toEqual([]);
    a.live.onWatched([tile]);
    await until(() => b.sent.length === 1);
    expect(watch(b.sent)).toEqual([['yard 10']]);
    for (const at of [1, 2, 3]) b.live.receive({ kind: 'picture', request: null, picture: picture(at) });
    await until(() => shown.at(-1) === 3);
    expect(shown).toEqual([...new Set(shown)].sort());
    a.live.onWatched([]);
    b.live.receive({ kind: 'picture', request: null, picture: picture(4) });
    expect(shown.at(-1)).toBe(3);
  });

  it('make no pictures any more a while after the last node has asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'hrtime'] });
    onTestFinished(() => void vi.useRealTimers());
    const changes: number[] = [];
    const wishes: RemoteWishes = new RemoteWishes(() => changes.push(wishes.tiles.length));
    const asked = wishes.next('a', { camera: 'yard', width: 320, fps: 5 }, 7);
    wishes.show(picture(7));
    await vi.advanceTimersByTimeAsync(3000);
    expect(await asked).toBeNull();
    await vi.advanceTimersByTimeAsync(8000);
    expect([changes, wishes.tiles]).toEqual([[1, 0], []]);
    wishes.stop();
  });
});
