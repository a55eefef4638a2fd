import { Pacer } from '../core/pacer.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Image } from '../image/image.js';
import type { Polygon } from '../image/polygon.js';
import { shrunkCopy } from '../image/shrink.js';
import type { FromEngine, LiveTile, PictureOrder } from '../ipc/protocol.js';
import { boxesOf } from '../pipeline/frameBoxes.js';
import type { FramePicture, JpegSettings } from '../snapshots/jpeg.js';
import type { Track } from '../track/state.js';

/** Dependencies of {@link LivePictures}. */
export interface LivePicturesOptions {
  /** Encodes a picture; the image is this call's own. */
  encode: (image: Image, settings: JpegSettings) => Promise<FramePicture>;
  /** Sends a picture to the supervisor; resolves when it has left, and never rejects. */
  send: (message: FromEngine & { kind: 'picture' }) => Promise<void>;
  /** Called when a picture cannot be encoded. */
  onFailure: (camera: string, error: unknown) => void;
  /** Monotonic, ms. */
  nowMs?: () => number;
}

/** A frame of a camera, with its tracks. */
export interface ShownFrame {
  camera: string;
  /** Its pixels may change after the call. */
  frame: Pick<Frame, 'image' | 'capturedAtMs'>;
  tracks: readonly Track[];
  /** false where nothing had moved. */
  isSearched: boolean;
  masks: readonly Polygon[];
}

/** A picture to make of a frame; `request` is null for those that are watched. */
type Due = Pick<LiveTile, 'width' | 'quality'> & { request: number | null };

/** What is wanted of one camera. */
interface Wanted {
  tile: LiveTile | null;
  pacer: Pacer;
  orders: PictureOrder[];
  isBusy: boolean;
}

/** Orders of one camera that wait for its next frame. */
const MOST_ORDERS = 16;
/** A picture in which nothing has moved is sent no more often than this, ms. */
const STILL_EVERY_MS = 1000;

/**
 * Sends the newest frames of the cameras that somebody watches as JPEGs, each with the boxes of that very frame. One picture per
 * camera is encoded at a time; frames that come meanwhile are left out. The pipeline waits only for a copy, and without a viewer
 * for nothing.
 */
export class LivePictures {
  readonly #options: LivePicturesOptions;
  readonly #nowMs: () => number;
  readonly #wanted = new Map<string, Wanted>();

  constructor(options: LivePicturesOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Sets what is watched, in place of the list before. Whoever has just come does not wait for the next picture of a rare tile. */
  watch(tiles: readonly LiveTile[]): void {
    for (const wanted of this.#wanted.values()) wanted.tile = null;
    for (const tile of tiles) {
      const wanted = this.#of(tile.camera);
      wanted.tile = tile;
      if (1000 / tile.fps > STILL_EVERY_MS) wanted.pacer = new Pacer();
    }
  }

  /** Sends the next frame of a camera once, in a size of its own. */
  order(order: PictureOrder): void {
    const { orders } = this.#of(order.camera);
    orders.push(order);
    // Of a camera that gives no frames, whoever asked first does not wait any more.
    if (orders.length > MOST_ORDERS) orders.shift();
  }

  /** A frame is done. Never throws. */
  show(shown: ShownFrame): void {
    const wanted = this.#wanted.get(shown.camera);
    if (!wanted || wanted.isBusy) return;
    const { tile } = wanted;
    const due: Due[] = wanted.orders.splice(0);
    if (tile && wanted.pacer.isDue(this.#nowMs(), periodOf(tile, shown.isSearched)))
      due.push({ ...tile, request: null });
    if (due.length === 0) return;
    const image = shrunkCopy(shown.frame.image, Math.max(...due.map(({ width }) => width)));
    wanted.isBusy = true;
    void this.#send(image, due, shown)
      .catch((error) => this.#options.onFailure(shown.camera, error))
      .finally(() => {
        wanted.isBusy = false;
      });
  }

  /** Makes each size once, one after another. */
  async #send(
    image: Image,
    due: readonly Due[],
    { camera, frame, tracks, masks }: ShownFrame,
  ): Promise<void> {
    const boxes = boxesOf(tracks, camera, frame.image);
    const { capturedAtMs } = frame;
    const made = new Map<string, FramePicture>();
    for (const { request, width, quality } of due) {
      const key = `${width} ${quality}`;
      const picture =
        made.get(key) ?? (await this.#options.encode(image, { maxWidth: width, quality, masks }));
      made.set(key, picture);
      await this.#options.send({
        kind: 'picture',
        request,
        picture: { camera, capturedAtMs, boxes, ...picture },
      });
    }
  }

  #of(camera: string): Wanted {
    const wanted = this.#wanted.get(camera) ?? { tile: null, pacer: new Pacer(), orders: [], isBusy: false };
    this.#wanted.set(camera, wanted);
    return wanted;
  }
}

function periodOf({ fps }: LiveTile, isSearched: boolean): number {
  return isSearched ? 1000 / fps : Math.max(1000 / fps, STILL_EVERY_MS);
}
