import type { Config } from '../config/schema.js';
import type { Component } from '../core/lifecycle.js';
import { LiveSocket } from '../http/liveSocket.js';
import { type Tile, unionOf } from '../http/liveTiles.js';
import type { FromEngine, LivePicture, PictureOrder, ToEngine } from '../ipc/protocol.js';
import { RemoteWishes } from './remoteWishes.js';

/** What {@link LiveFeed} works with. */
export interface LiveFeedOptions {
  /** The current configuration. */
  config: () => Pick<Config, 'cameras' | 'live'>;
  send: (message: ToEngine) => void;
  /** How a person is shown; null for somebody who is not in the gallery any more. */
  shownName: (person: string) => string | null;
  metrics: { livePicture(camera: string): void; wsClosed(reason: string): void };
}

/** An order that the engine has not carried out yet. */
interface OpenOrder {
  order: PictureOrder;
  done: (jpeg: Uint8Array | null) => void;
}

/** A camera that gives no frame for this long has none to show, ms. */
const ORDER_MS = 5000;

/** Lets the engine make the pictures that clients want to see, and hands them over. */
export class LiveFeed implements Component {
  readonly socket: LiveSocket;
  /** What people watch at other nodes. */
  readonly remote = new RemoteWishes(() => this.#watch());
  /** Called with what people watch here. */
  onWatched: (tiles: readonly Tile[]) => void = () => {};
  readonly #options: LiveFeedOptions;
  #tiles: readonly Tile[] = [];
  readonly #orders = new Map<number, OpenOrder>();
  #lastOrder = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.socket = new LiveSocket({
      cameras: () => options.config().cameras.map(({ id }) => id),
      limits: () => options.config().live,
      onWatched: (tiles) => {
        this.#tiles = tiles;
        this.#watch();
        this.onWatched(tiles);
      },
      onClosed: (reason) => options.metrics.wsClosed(reason),
    });
  }

  start(): Promise<void> {
    return this.socket.start();
  }

  async stop(): Promise<void> {
    for (const { done } of this.#orders.values()) done(null);
    this.remote.stop();
    await this.socket.stop();
  }

  /** An engine is ready; it knows of no wishes yet. */
  engineReady(): void {
    if (this.#wanted.length > 0) this.#watch();
    for (const { order } of this.#orders.values()) this.#options.send({ kind: 'order', ...order });
  }

  /** Applies a changed configuration. */
  configure(): void {
    if (this.#wanted.length > 0) this.#watch();
  }

  /** A picture of the engine. */
  receive({ request, picture }: FromEngine & { kind: 'picture' }): void {
    this.#options.metrics.livePicture(picture.camera);
    if (request === null) {
      this.remote.show(picture);
      this.show(picture);
    } else this.#orders.get(request)?.done(picture.jpeg);
  }

  /**
   * The next frame of a camera as JPEG.
   *
   * @param camera id of a configured one
   * @param width wider frames are scaled down to it, px; at most `live.maxWidth`, which is the default
   * @returns null when there is none within five seconds
   */
  picture(camera: string, width = Number.POSITIVE_INFINITY): Promise<Uint8Array | null> {
    const { maxWidth, quality } = this.#options.config().live;
    const request = ++this.#lastOrder;
    const order = { request, camera, width: Math.min(width, maxWidth), quality };
    return new Promise((resolve) => {
      const done = (jpeg: Uint8Array | null) => {
        clearTimeout(timer);
        this.#orders.delete(request);
        resolve(jpeg);
      };
      const timer = setTimeout(() => done(null), ORDER_MS);
      this.#orders.set(request, { order, done });
      this.#options.send({ kind: 'order', ...order });
    });
  }

  /** What anybody watches, here and at other nodes. */
  get #wanted(): Tile[] {
    return unionOf([...this.#tiles, ...this.remote.tiles]);
  }

  #watch(): void {
    const { maxWidth, maxFps, quality } = this.#options.config().live;
    const tiles = this.#wanted.map(({ camera, width, fps }) => ({
      ...{ camera, quality },
      width: Math.min(width, maxWidth),
      fps: Math.min(fps, maxFps),
    }));
    this.#options.send({ kind: 'watch', tiles });
  }

  /** Shows a picture to everybody who watches its camera here. */
  show({ camera, capturedAtMs, width, height, boxes, jpeg }: LivePicture): void {
    const named = boxes.map((box) => {
      const displayName = box.person === null ? null : this.#options.shownName(box.person);
      return { ...box, person: displayName === null ? null : box.person, displayName };
    });
    const at = new Date(capturedAtMs).toISOString();
    this.socket.show({ camera, at, width, height, boxes: named }, jpeg);
  }
}
