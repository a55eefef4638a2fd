import { monotonicMs } from '../core/clock.js';
import type { Tile } from '../http/liveTiles.js';
import type { LivePicture } from '../ipc/protocol.js';

/** A wish of another node, and what it has already. */
interface Wish {
  tile: Tile;
  /** `capturedAtMs` of its last picture. */
  after: number | null;
  settle: (picture: LivePicture | null) => void;
}

/** A node waits no longer than this for a picture, ms; its request may take 5 s. */
const WAIT_MS = 3000;
/** A node that has not asked for this long watches no more, ms. */
const KEPT_MS = 5000;

/**
 * The cameras of this node that people watch at other nodes. A node asks for one picture after the other, so that none is made that nobody
 * takes, and a slow connection gets fewer.
 */
export class RemoteWishes {
  readonly #onChange: () => void;
  /** By node and camera: what is wanted, until when. */
  readonly #tiles = new Map<string, { tile: Tile; untilMs: number }>();
  readonly #waiting = new Set<Wish>();
  readonly #last = new Map<string, LivePicture>();
  #sweep: NodeJS.Timeout | undefined;

  /** @param onChange called when {@link tiles} has changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** What other nodes want to see. */
  get tiles(): Tile[] {
    return [...this.#tiles.values()].map(({ tile }) => tile);
  }

  /** The next picture for a node that is newer than the one it has; null when there is none for a while. */
  next(node: string, tile: Tile, after: number | null): Promise<LivePicture | null> {
    this.#note(node, tile);
    const last = this.#last.get(tile.camera);
    if (last && isNews(last, after)) return Promise.resolve(last);
    return new Promise((resolve) => {
      const wish: Wish = {
        ...{ tile, after },
        settle: (picture) => {
          clearTimeout(timer);
          this.#waiting.delete(wish);
          resolve(picture);
        },
      };
      const timer = setTimeout(() => wish.settle(null), WAIT_MS);
      this.#waiting.add(wish);
    });
  }

  /** A picture of a camera of this node. */
  show(picture: LivePicture): void {
    const isWatched = this.tiles.some(({ camera }) => camera === picture.camera);
    if (!isWatched) return;
    this.#last.set(picture.camera, picture);
    for (const wish of [...this.#waiting])
      if (wish.tile.camera === picture.camera && isNews(picture, wish.after)) wish.settle(picture);
  }

  /** Ends all waits. */
  stop(): void {
    clearInterval(this.#sweep);
    for (const { settle } of [...this.#waiting]) settle(null);
    this.#tiles.clear();
    this.#last.clear();
  }

  #note(node: string, tile: Tile): void {
    const key = `${node} ${tile.camera}`;
    const known = this.#tiles.get(key)?.tile;
    this.#tiles.set(key, { tile, untilMs: monotonicMs() + KEPT_MS });
    this.#sweep ??= setInterval(() => this.#forgetOld(), KEPT_MS / 2).unref();
    if (known?.width !== tile.width || known.fps !== tile.fps) this.#onChange();
  }

  #forgetOld(): void {
    const nowMs = monotonicMs();
    const before = this.#tiles.size;
    for (const [key, { untilMs }] of this.#tiles) if (untilMs < nowMs) this.#tiles.delete(key);
    if (this.#tiles.size === before) return;
    const cameras = new Set(this.tiles.map(({ camera }) => camera));
    for (const camera of this.#last.keys()) if (!cameras.has(camera)) this.#last.delete(camera);
    if (this.#tiles.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    this.#onChange();
  }
}

function isNews({ capturedAtMs }: LivePicture, after: number | null): boolean {
  return after === null || capturedAtMs > after;
}
