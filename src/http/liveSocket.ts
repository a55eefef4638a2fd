import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Caller, maySee } from '../core/access.js';
import type { Component } from '../core/lifecycle.js';
import { Pacer } from '../core/pacer.js';
import { ClientSockets, type OnDismissed, type WebSocket } from './clientSockets.js';
import { type PictureHeader, pictureMessage } from './liveMessage.js';
import { parseTiles, type Tile, unionOf } from './liveTiles.js';

/** What {@link LiveSocket} needs from the daemon. */
export interface LiveSocketOptions {
  /** Ids of the configured cameras. */
  cameras: () => readonly string[];
  /** The largest wishes that are met. */
  limits: () => { maxWidth: number; maxFps: number };
  /** Called with what all clients together want to see, whenever one of them has changed its wishes. */
  onWatched: (tiles: Tile[]) => void;
  onClosed: OnDismissed;
}

/** A tile of a client. */
interface ShownTile extends Tile {
  pacer: Pacer;
  /** A picture of it has not left yet. */
  isSending: boolean;
}

/** The address of {@link LiveSocket}. */
export const LIVE_PATH = '/api/v1/live';

/** 64 tiles in one message. */
const MAX_MESSAGE_BYTES = 16_384;
/** More than a client leaves unread that looks at its answers. */
const MAX_UNREAD_BYTES = 1 << 20;

/**
 * The WebSocket at /api/v1/live: sends each client the pictures of the cameras that it watches. At most one picture per tile is on its
 * way; a client that reads slowly gets fewer.
 */
export class LiveSocket implements Component {
  readonly #options: LiveSocketOptions;
  readonly #sockets: ClientSockets;
  /** By camera, of each client that watches any. */
  readonly #watching = new Map<WebSocket, Map<string, ShownTile>>();

  constructor(options: LiveSocketOptions) {
    this.#options = options;
    this.#sockets = new ClientSockets(options.onClosed, MAX_MESSAGE_BYTES);
  }

  /** Number of clients that watch a camera. */
  get viewers(): number {
    return this.#watching.size;
  }

  start(): Promise<void> {
    return this.#sockets.start();
  }

  stop(): Promise<void> {
    return this.#sockets.stop();
  }

  /** See {@link ClientSockets.signOut}. */
  signOut(stream: Duplex): void {
    this.#sockets.signOut(stream);
  }

  /** Accepts a request to upgrade of somebody who may see cameras. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Pick<Caller, 'cameras'>): void {
    this.#sockets.accept(request, socket, head, (webSocket) => {
      webSocket.on('close', () => this.#setTiles(webSocket, []));
      webSocket.on('message', (data, isBinary) =>
        this.#receive(webSocket, isBinary ? '' : data.toString(), caller),
      );
    });
  }

  /** Sends a picture to every client that watches its camera and is ready for it. */
  show(header: PictureHeader, jpeg: Uint8Array): void {
    const nowMs = performance.now();
    let message: Buffer | undefined;
    for (const [socket, tiles] of this.#watching) {
      const tile = tiles.get(header.camera);
      if (!tile || tile.isSending || !tile.pacer.isDue(nowMs, 1000 / tile.fps)) continue;
      message ??= pictureMessage(header, jpeg);
      tile.isSending = true;
      socket.send(message, { binary: true }, () => {
        tile.isSending = false;
      });
    }
  }

  #receive(socket: WebSocket, text: string, caller: Pick<Caller, 'cameras'>): void {
    const configured = this.#options.cameras();
    const isVisible = (camera: string) => configured.includes(camera) && maySee(caller, camera);
    const wishes = parseTiles(text, { isVisible, ...this.#options.limits() });
    const refuse = (code: string, message: string) => {
      // Nothing is kept for who asks on and on, and does not read.
      if (socket.bufferedAmount < MAX_UNREAD_BYTES)
        socket.send(JSON.stringify({ type: 'error', code, message }));
    };
    if ('fault' in wishes) refuse('bad_message', wishes.fault);
    else {
      this.#setTiles(socket, wishes.tiles);
      if (wishes.unknown !== null) refuse('unknown_camera', wishes.unknown);
    }
  }

  #setTiles(socket: WebSocket, tiles: readonly Tile[]): void {
    const before = this.#watching.get(socket);
    if (!before && tiles.length === 0) return;
    const after = new Map<string, ShownTile>();
    for (const tile of tiles) {
      // The same object: a picture of it may be on its way.
      const shown = before?.get(tile.camera) ?? { ...tile, pacer: new Pacer(), isSending: false };
      after.set(tile.camera, Object.assign(shown, tile));
    }
    if (after.size === 0) this.#watching.delete(socket);
    else this.#watching.set(socket, after);
    this.#options.onWatched(unionOf([...this.#watching.values()].flatMap((own) => [...own.values()])));
  }
}
