import { SpotterError } from '../core/errors.js';
import type { SpotterEvent } from '../events/event.js';
import type { InView } from '../events/inView.js';
import type { PictureForm } from '../snapshots/store.js';
import {
  type BareFace,
  DENY_CALL,
  FACE_CALL,
  FACES_CALL,
  FRAME_CALL,
  PICTURE_CALL,
  SNAPSHOT_CALL,
} from './clusterCalls.js';
import type { ClusterHost } from './clusterHost.js';
import type { EngineRequests } from './engineRequests.js';
import type { EventHub } from './eventHub.js';
import type { LiveFeed } from './liveFeed.js';
import type { RecentFaces } from './recentFaces.js';
import { RemotePictures } from './remotePictures.js';

/** What this node has itself. */
export interface NodeViewSources {
  cluster: ClusterHost;
  hub: Pick<EventHub, 'log' | 'picture'>;
  live: LiveFeed;
  faces: RecentFaces;
  inView: InView;
  requests: Pick<EngineRequests, 'ask'>;
}

/** A recent face of any node. */
export type AnyFace = BareFace & { jpeg: Uint8Array };

/** Longest wait of a node for a picture of a camera, ms: the engine takes up to 5 s. */
const FRAME_MS = 6000;
/** A list waits no longer than this for a node that does not answer, ms. */
const LIST_MS = 1500;

/**
 * Pictures, faces and corrections of all nodes: this node's own, and those of others, which are asked for them. Without a cluster,
 * this node's own.
 */
export class NodeViews {
  readonly #sources: NodeViewSources;

  constructor(sources: NodeViewSources) {
    this.#sources = sources;
    const { cluster, hub, live, requests } = sources;
    if (cluster.node === null) return;
    const bytesOf = (bytes: Uint8Array | null) => ({ value: {}, bytes });
    cluster.answer(FRAME_CALL, async ({ camera, width }) =>
      bytesOf(await live.picture(camera, width ?? undefined)),
    );
    cluster.answer(SNAPSHOT_CALL, async ({ id, form }) => bytesOf(await hub.picture(id, form)));
    cluster.answer(FACES_CALL, async () => ({ value: { faces: this.#ownFaces() }, bytes: null }));
    cluster.answer(FACE_CALL, async ({ track }) => {
      const found = await this.#ownFace(track);
      if (!found) return { value: { face: null }, bytes: null };
      const { jpeg, ...face } = found;
      return { value: { face }, bytes: jpeg };
    });
    cluster.answer(DENY_CALL, async (asked) => ({ value: await requests.ask('deny', asked), bytes: null }));
    cluster.answer(PICTURE_CALL, async ({ after, ...tile }, node) => {
      const found = await live.remote.next(node, tile, after);
      if (!found) return { value: { picture: null }, bytes: null };
      const { jpeg, ...picture } = found;
      return { value: { picture }, bytes: jpeg };
    });
    this.#relayPictures();
  }

  /** The newest frame of a camera; null when there is none. @throws SpotterError cluster.unreachable */
  async frame(camera: string, width?: number): Promise<Uint8Array | null> {
    const { cluster, live } = this.#sources;
    const node = cluster.holderOf(camera);
    if (node === null) return live.picture(camera, width);
    return (await cluster.ask(node, FRAME_CALL, { camera, width: width ?? null }, FRAME_MS)).bytes;
  }

  /** A picture of an event; null when it has none, or not any more. @throws SpotterError cluster.unreachable; when the log cannot be read */
  async snapshot(seq: number, form: PictureForm): Promise<Uint8Array | null> {
    const { cluster, hub } = this.#sources;
    const stored = hub.log.event(seq, false);
    if (!stored) return null;
    const { id, node } = JSON.parse(stored.text) as SpotterEvent;
    if (node === null || node === cluster.node) return hub.picture(id, form);
    return (await cluster.ask(node, SNAPSHOT_CALL, { id, form })).bytes;
  }

  /** The recent faces of all nodes that answer, the one that appeared last first. */
  async faces(): Promise<BareFace[]> {
    const { cluster } = this.#sources;
    const own = this.#ownFaces();
    if (cluster.others.length === 0) return own;
    const foreign = cluster.others.map((node) =>
      cluster.ask(node, FACES_CALL, {}, LIST_MS).then(
        ({ value }) => value.faces,
        () => [],
      ),
    );
    return numbered([...own, ...(await Promise.all(foreign)).flat()]);
  }

  /** The recent face of a track of any node; null when there is none, or not any more. @throws SpotterError cluster.unreachable */
  async untilFace(track: string): Promise<AnyFace | null> {
    const own = await this.#ownFace(track);
    const { cluster } = this.#sources;
    if (own || cluster.others.length === 0) return own;
    const answers = await Promise.allSettled(
      cluster.others.map((node) => cluster.ask(node, FACE_CALL, { track })),
    );
    for (const answer of answers)
      if (answer.status === 'fulfilled' && answer.value.value.face && answer.value.bytes)
        return { ...answer.value.value.face, jpeg: answer.value.bytes };
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    return null;
  }

  /** Takes a name from a track, at the node that watches its camera. @throws SpotterError cluster.unreachable */
  async deny(asked: { camera: string; track: string; person: string }): Promise<{ isLive: boolean }> {
    const { cluster, requests } = this.#sources;
    const node = cluster.holderOf(asked.camera);
    try {
      return node === null
        ? await requests.ask('deny', asked)
        : (await cluster.ask(node, DENY_CALL, asked)).value;
    } catch (error) {
      // Whether the track is in view cannot be told.
      if (error instanceof SpotterError && error.code.startsWith('cluster.')) throw error;
      // Without an engine, no track is in view.
      return { isLive: false };
    }
  }

  #ownFaces(): BareFace[] {
    return this.#sources.faces.faces.map(({ jpeg: _, ...face }) => ({
      ...face,
      isLive: this.#isLive(face),
    }));
  }

  async #ownFace(track: string): Promise<AnyFace | null> {
    const { cluster, faces } = this.#sources;
    const camera = track.slice(0, track.lastIndexOf('-'));
    // Of a camera of another node, it never comes.
    const found = cluster.holderOf(camera) === null ? await faces.untilFace(track) : faces.face(track);
    return found && { ...found, isLive: this.#isLive(found) };
  }

  #isLive({ camera, track }: { camera: string; track: string }): boolean {
    return this.#sources.inView.reportedAt(camera).some(({ id }) => id === track);
  }

  #relayPictures(): void {
    const { cluster, live } = this.#sources;
    const pictures = new RemotePictures({
      holderOf: (camera) => cluster.holderOf(camera),
      next: async (node, tile, after) => {
        const { value, bytes } = await cluster.ask(node, PICTURE_CALL, { ...tile, after });
        return value.picture && bytes && { ...value.picture, jpeg: bytes };
      },
      show: (picture) => live.show(picture),
    });
    live.onWatched = (tiles) => pictures.watch(tiles);
    cluster.onStop(() => pictures.stop());
  }
}

/** In the order in which they appeared; each position is greater than that of the one before. */
function numbered(faces: BareFace[]): BareFace[] {
  let last = 0;
  return faces
    .sort((a, b) => a.firstSeenMs - b.firstSeenMs)
    .map((face) => {
      last = Math.max(last + 1, face.firstSeenMs);
      return { ...face, position: last };
    })
    .reverse();
}
