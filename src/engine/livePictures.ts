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

/** What is wanted of one camera. */
interface Wanted {
  tile: LiveTile | null;
  pacer: Pacer;
  orders: PictureOrder[];
  isBusy: boolean;
}

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

  /** Sets what is watched, in place of the list before. The next frame of each of these cameras is sent. */
  watch(tiles: readonly LiveTile[]): void {
    for (const wanted of this.#wanted.values()) wanted.tile = null;
    for (const tile of tiles) {
      const wanted = this.#of(tile.camera);
      wanted.tile = tile;
      wanted.pacer = new Pacer();
    }
  }

  /** Sends the next frame of a camera once, in a size of its own. */
  order(order: PictureOrder): void {
    this.#of(order.camera).orders.push(order);
  }

  /** A frame is done. Never throws. */
  show(shown: ShownFrame): void {
    const wanted = this.#wanted.get(shown.camera);
    if (!wanted || wanted.isBusy) return;
    const { tile } = wanted;
    const orders: { request: number | null; width: number; quality: number }[] = wanted.orders.splice(0);
    if (tile && wanted.pacer.isDue(this.#nowMs(), periodOf(tile, shown.isSearched)))
      orders.push({ ...tile, request: null });
    if (orders.length === 0) return;
    const { frame, camera, tracks, masks } = shown;
    const image = shrunkCopy(frame.image, Math.max(...orders.map(({ width }) => width)));
    const boxes = boxesOf(tracks, camera, frame.image);
    const { capturedAtMs } = frame;
    wanted.isBusy = true;
    const sending = orders.map(async ({ request, width, quality }) => {
      const made = await this.#options.encode(image, { maxWidth: width, quality, masks });
      await this.#options.send({
        kind: 'picture',
        request,
        picture: { camera, capturedAtMs, boxes, ...made },
      });
    });
    void Promise.all(sending)
      .catch((error) => this.#options.onFailure(camera, error))
      .finally(() => {
        wanted.isBusy = false;
      });
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
