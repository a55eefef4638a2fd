import { setTimeout as wait } from 'node:timers/promises';
import type { Tile } from '../http/liveTiles.js';
import type { LivePicture } from '../ipc/protocol.js';

/** Where pictures come from and go to. */
export interface RemotePicturesOptions {
  /** The other node that watches a camera; null when this one does, or nobody. */
  holderOf: (camera: string) => string | null;
  /**
   * The next picture of a camera of another node; null when there was none for a while. Rejects when the node does not answer.
   *
   * @param after `capturedAtMs` of the last one
   */
  next: (node: string, tile: Tile, after: number | null) => Promise<LivePicture | null>;
  show: (picture: LivePicture) => void;
}

/** Between attempts while no other node has the camera, or it does not answer, ms. */
const PAUSE_MS = 1000;
/** The next request is under way before its picture is due, ms. */
const SPARE_MS = 20;

/** Gets the pictures of cameras of other nodes while somebody watches them here: one after the other, the newest each time. */
export class RemotePictures {
  readonly #options: RemotePicturesOptions;
  /** By camera. */
  #tiles = new Map<string, Tile>();
  /** Ends the waits of all cameras: somebody else watches, or wants more pictures. */
  #changed = new AbortController();
  readonly #running = new Set<string>();

  constructor(options: RemotePicturesOptions) {
    this.#options = options;
  }

  /** What is watched from now on, whoever has the cameras. */
  watch(tiles: readonly Tile[]): void {
    this.#tiles = new Map(tiles.map((tile) => [tile.camera, tile]));
    this.#changed.abort();
    this.#changed = new AbortController();
    for (const { camera } of tiles) {
      if (this.#running.has(camera)) continue;
      this.#running.add(camera);
      void this.#pull(camera).finally(() => this.#running.delete(camera));
    }
  }

  /** Asks for nothing any more. */
  stop(): void {
    this.#tiles.clear();
    this.#changed.abort();
  }

  async #pull(camera: string): Promise<void> {
    const { holderOf, next, show } = this.#options;
    const pause = (ms: number) => wait(ms, null, { signal: this.#changed.signal }).catch(() => {});
    let after: number | null = null;
    let from: string | null = null;
    let viewers = this.#changed;
    for (let tile = this.#tiles.get(camera); tile; tile = this.#tiles.get(camera)) {
      const node = holderOf(camera);
      // The clock of another node may be behind; and a new viewer has had no picture yet.
      if (node !== from || viewers !== this.#changed) after = null;
      from = node;
      viewers = this.#changed;
      if (node === null) await pause(PAUSE_MS);
      else {
        const beganMs = performance.now();
        const picture: LivePicture | null = await next(node, tile, after).catch(async () => {
          await pause(PAUSE_MS);
          return null;
        });
        if (picture === null) continue;
        after = picture.capturedAtMs;
        if (this.#tiles.has(camera)) show(picture);
        // No more often than it is shown.
        if (viewers === this.#changed)
          await pause(Math.max(0, 1000 / tile.fps - (performance.now() - beganMs) - SPARE_MS));
      }
    }
  }
}
