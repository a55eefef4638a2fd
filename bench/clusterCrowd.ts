import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { CameraLeases } from '../src/cluster/cameraLeases.js';
import { Cluster } from '../src/cluster/cluster.js';
import { EventOutbox } from '../src/cluster/eventOutbox.js';
import { MergedFeed } from '../src/cluster/mergedFeed.js';
import { OwnMessages } from '../src/cluster/ownMessages.js';
import type { ClusterPart, Joined } from '../src/cluster/part.js';
import { PhotoObjects } from '../src/cluster/photoObjects.js';
import { monotonicMs } from '../src/core/clock.js';
import { type FencedEvent, toEvent, trackDraft } from '../src/events/event.js';

/** Nodes that one process runs: what takes part in a cluster of them, without video. */
export interface CrowdOptions {
  servers: readonly string[];
  key: string;
  nodes: readonly string[];
  /** Cameras of the cluster. */
  cameras: number;
  /** Per second and node. */
  eventRate: number;
}

/** What is asked of a crowd. */
export type CrowdRequest =
  | { what: 'start'; options: CrowdOptions }
  | { what: 'events'; isOn: boolean }
  /** Stores photos of a person, numbered from..to. */
  | { what: 'photos'; from: number; to: number; bytes: number }
  | { what: 'report' };

/** What a crowd answers. */
export interface CrowdReport {
  /** Nodes that have joined. */
  joined: number;
  /** Cameras that are watched, by node. */
  cameras: number[];
  /** Times that a lease was taken, since the start. */
  taken: number;
  /** Events that were published, and that each node has read, at least and at most. */
  published: number;
  read: [least: number, most: number];
  /** From an event to another node reading it, a sample, ms. */
  delaysMs: number[];
  /** Photos that every node has. */
  photos: number;
  /** CPU time of the process, ms. */
  cpuMs: number;
}

/** Of events whose delay is noted: one of so many. */
const SAMPLE = 50;
const PHOTOS_AT_ONCE = 16;
/** From the start of a node until it can watch cameras, as while networks and gallery are loaded, ms. */
const LOADING_MS = 10_000;

interface CrowdNode {
  leases: CameraLeases;
  store: PhotoStore;
  held: Set<string>;
  publish: () => void;
  read: number;
  hasJoined: boolean;
}

const nodes: CrowdNode[] = [];
const delaysMs: number[] = [];
let options: CrowdOptions | null = null;
let taken = 0;
let published = 0;
let ticking: NodeJS.Timeout | undefined;

/** Photos as objects, each with an entry in the bucket of people, as the watch list has them. */
class PhotoStore implements ClusterPart {
  #joined: Joined | null = null;
  #objects: PhotoObjects | null = null;
  #watch: { stop: () => void } | null = null;
  /** Photos that this node has. */
  count = 0;

  async join(joinedNode: Joined): Promise<void> {
    const { link, names, sealer, store } = joinedNode;
    this.#joined = joinedNode;
    this.#objects = new PhotoObjects(store.photos, names.photos, link, sealer);
    const watch = await joinedNode.store.people.watch({ key: 'photo.*' });
    this.#watch = watch;
    void (async () => {
      for await (const { key, value } of watch) {
        const name = joinedNode.sealer.openJson(value, key) as string | null;
        if (name !== null) this.count++;
      }
    })();
  }

  async leave(): Promise<void> {
    this.#watch?.stop();
  }

  async add(number: number, bytes: number): Promise<void> {
    const { store, sealer } = this.#joined as Joined;
    const content = randomBytes(bytes);
    const sha256 = this.#objects?.hashOf(content) ?? '';
    await this.#objects?.put(sha256, async () => content);
    const key = `photo.${sealer.keyOf('photo', String(number))}`;
    await store.people.put(key, sealer.sealJson(sha256, key));
  }
}

function makeNode(node: string, { servers, key, cameras }: CrowdOptions): CrowdNode {
  const held = new Set<string>();
  const readyMs = monotonicMs() + LOADING_MS;
  const holder = { node, session: randomBytes(8).toString('hex') };
  const all = Array.from({ length: cameras }, (_, index) => ({
    ...{ id: `camera-${index}`, nodes: null },
    definition: { url: `rtsp://cameras/${index}` },
  }));
  const leases = new CameraLeases({
    ...{ holder, maxCameras: 64 },
    cameras: () => all,
    watched: (ids) =>
      ids.map((id) => ({
        id,
        state: 'live',
        message: null,
        lastFrameMs: monotonicMs(),
        width: 640,
        height: 360,
      })),
    isReady: () => monotonicMs() >= readyMs,
    load: () => ({ utilization: 0.3, dropped: 0 }),
    onTaken: ({ id }) => {
      held.add(id);
      taken++;
    },
    onStopped: (id) => held.delete(id),
    onLooked: () => {},
    warn: () => {},
  });
  const own: FencedEvent[] = [];
  const sent = new OwnMessages();
  const listeners = new Set<(stored: readonly FencedEvent[]) => void>();
  const outbox = new EventOutbox({
    node,
    sent,
    mayPublish: () => true,
    log: {
      get lastSeq() {
        return own.length;
      },
      after: (seq, limit) => own.slice(seq, seq + limit),
      load: () => 0,
      save: () => {},
      setDurable: () => {},
      onCommitted: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    onFault: () => {},
    onRecovered: () => {},
  });
  const notes = new Map<string, string>();
  const position = { epoch: null as string | null, seq: 0 };
  const feed = new MergedFeed({
    sent,
    log: {
      get epoch() {
        return position.epoch;
      },
      get lastSeq() {
        return position.seq;
      },
      restart: (epoch) => Object.assign(position, { epoch, seq: 0 }),
      adopt: (events, lastSeq, note) => {
        position.seq = lastSeq;
        if (note) notes.set(note.key, note.value);
        return events.map(({ event }) => event);
      },
      note: (name) => notes.get(name) ?? null,
    },
    onEvents: (events) => {
      made.read += events.length;
      for (const { event } of events)
        if (event.seq % SAMPLE === 0) delaysMs.push(Date.now() - Date.parse(event.publishedAt));
    },
    cleanse: (event) => event,
    onRestart: () => {},
    onSkipped: () => {},
    onFault: () => {},
  });
  const store = new PhotoStore();
  const cluster = new Cluster({
    config: {
      ...{ servers, key, name: 'size', replicas: null, maxMegabytes: 1024 },
      ...{ user: null, password: null, token: null, nkey: null, credentials: null },
      tls: { ca: null, certificate: null, key: null },
    },
    identity: { ...holder, installation: node, version: '0.0.0', startedAt: new Date().toISOString() },
    parts: [leases, outbox, feed, store],
    log: {
      info: () => {
        made.hasJoined = true;
      },
      warn: () => {},
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const made: CrowdNode = {
    ...{ leases, store, held, read: 0, hasJoined: false },
    publish: () => {
      const [camera = 'camera-0'] = held;
      const nowMs = Date.now();
      const draft = trackDraft('appeared', {
        ...{ camera, track: `${camera}-${own.length}`, box: [1, 2, 3, 4] },
        ...{ frame: { width: 640, height: 360 }, mediaTimeMs: 0, capturedAtMs: nowMs },
      });
      const numbering = { seq: own.length + 1, id: ulid(), publishedMs: nowMs };
      const entry = { event: toEvent(draft, numbering), fence: null };
      own.push(entry);
      published++;
      for (const listener of listeners) listener([entry]);
    },
  };
  void cluster.start();
  return made;
}

async function addPhotos(from: number, to: number, bytes: number): Promise<void> {
  let next = from;
  const adding = Array.from({ length: PHOTOS_AT_ONCE }, async () => {
    while (next < to) await untilStored(next++, bytes);
  });
  await Promise.all(adding);
}

/** A server that is busy may answer too late. */
async function untilStored(number: number, bytes: number): Promise<void> {
  for (let isStored = false; !isStored; )
    isStored = await nodes[0].store.add(number, bytes).then(
      () => true,
      () => false,
    );
}

function report(): CrowdReport {
  const reads = nodes.map(({ read }) => read);
  const { user, system } = process.cpuUsage();
  return {
    joined: nodes.filter(({ hasJoined }) => hasJoined).length,
    cameras: nodes.map(({ held }) => held.size),
    ...{ taken, published },
    read: [Math.min(...reads), Math.max(...reads)],
    delaysMs: delaysMs.splice(0),
    photos: Math.min(...nodes.map(({ store }) => store.count)),
    cpuMs: (user + system) / 1000,
  };
}

process.on('message', async (request: CrowdRequest) => {
  if (request.what === 'start') {
    options = request.options;
    for (const node of options.nodes) nodes.push(makeNode(node, options));
  }
  if (request.what === 'events') {
    clearInterval(ticking);
    const everyMs = 1000 / ((options?.eventRate ?? 1) * nodes.length);
    let turn = 0;
    if (request.isOn) ticking = setInterval(() => nodes[turn++ % nodes.length].publish(), everyMs);
  }
  // Takes minutes; the reports show how far it is.
  if (request.what === 'photos') void addPhotos(request.from, request.to, request.bytes);
  process.send?.(report());
});
process.on('disconnect', () => process.kill(process.pid));
