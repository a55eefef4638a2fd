import { isDeepStrictEqual } from 'node:util';
import { isRecording } from '../config/cameraSchema.js';
import { maskText } from '../config/mask.js';
import type { CameraConfig, Config } from '../config/schema.js';
import { describeError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import type { Assignment, FromEngine } from '../ipc/protocol.js';
import type { Camera } from '../pipeline/camera.js';
import { MIN_SIDE_PX } from '../video/info.js';
import { FrameMemory } from '../video/slots.js';
import { CameraRunner } from './cameraRunner.js';
import type { Engine } from './engine.js';
import { OrderedSender } from './orderedSender.js';

export interface CameraManagerOptions {
  engine: Engine;
  config: Config;
  secrets: readonly string[];
  send: (message: FromEngine) => void;
}

interface Watched {
  config: CameraConfig;
  camera: Camera;
  /** Everything that is told of the camera. */
  sender: OrderedSender<FromEngine>;
  stopping: AbortController;
  ended: Promise<void>;
}

/** Why a camera is ended that the configuration no longer has, or has otherwise. */
const CHANGED = Symbol('changed');

/** The engine's cameras: begins, ends and changes each without touching the others. */
export class CameraManager {
  readonly #options: CameraManagerOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #poison = new Set<string>();
  #decoded = new Map<string, number>();
  readonly #changing = new Serial();

  constructor(options: CameraManagerOptions) {
    this.#options = options;
  }

  /** Watches exactly these cameras from now on. */
  assign(assignments: readonly Assignment[]): void {
    // One change after the other: a camera that is changed twice must end twice.
    void this.#changing.run(() => this.#change(assignments));
  }

  /**
   * Applies restrictions after a crash.
   *
   * @param poison marks of pictures that are not processed, beside those of earlier calls
   * @param isolated whether pictures are processed one at a time
   */
  restrict(poison: readonly string[], isolated: boolean): void {
    for (const mark of poison) this.#poison.add(mark);
    this.#options.engine.scheduler.isolate(isolated);
  }

  /** Resolves when every frame in flight is finished and nothing of any camera runs any more. */
  async stop(): Promise<void> {
    for (const { stopping } of this.#watched.values()) stopping.abort();
    await this.#changing.idle();
    await Promise.all([...this.#watched.keys()].map((id) => this.#end(id)));
  }

  /** Live frames that have come whole since the last call, by camera. */
  readDecoded(): Record<string, number> {
    const decoded = Object.fromEntries(this.#decoded);
    this.#decoded = new Map();
    return decoded;
  }

  async #change(assignments: readonly Assignment[]): Promise<void> {
    const wanted = new Map(assignments.map((assignment) => [assignment.camera.id, assignment]));
    const obsolete = [...this.#watched].filter(
      ([id, { config }]) => !isDeepStrictEqual(config, wanted.get(id)?.camera),
    );
    await Promise.all(
      obsolete.map(async ([id, { camera }]) => {
        await this.#end(id, CHANGED);
        const next = wanted.get(id);
        if (next) next.firstTrack = Math.max(next.firstTrack, camera.nextTrack);
      }),
    );
    for (const [id, assignment] of wanted) if (!this.#watched.has(id)) this.#begin(assignment);
  }

  async #end(id: string, reason?: typeof CHANGED): Promise<void> {
    const watched = this.#watched.get(id);
    watched?.stopping.abort(reason);
    await watched?.ended;
    await watched?.sender.flushed();
    this.#watched.delete(id);
  }

  #begin({ camera: config, firstTrack }: Assignment): void {
    const { engine, send, secrets, config: whole } = this.#options;
    const { id, url, realtime, loop } = config;
    const mask = (text: string) => maskText(text, secrets);
    const sender = new OrderedSender<FromEngine>(send);
    const album = engine.album(config, (error) =>
      sender.post({ kind: 'log', level: 'warn', camera: id, message: `no picture: ${describeError(error)}` }),
    );
    const camera = engine.camera({
      id,
      view: config,
      album,
      match: config.match,
      firstTrack,
      guard: {
        isPoison: (mark) => this.#poison.has(mark),
        onWork: (mark, begins) => send({ kind: 'work', camera: id, mark, begins }),
      },
      onEvent: (draft, sinceMs) => {
        const event = { kind: 'event', draft, sinceMs } as const;
        const pictures = album?.picturesOf(draft);
        sender.post(pictures?.then((made) => ({ ...event, pictures: made })) ?? event);
      },
      onReport: ({ anatomy: _, ...report }) => sender.post({ kind: 'report', report }),
    });
    const listener = {
      onFrame: () => void this.#decoded.set(id, (this.#decoded.get(id) ?? 0) + 1),
      onDropped: camera.drop.bind(camera),
      onProcess: (pid: number, running: boolean) => send({ kind: 'process', pid, running }),
      onNotice: (message: string) => send({ kind: 'log', level: 'warn', camera: id, message: mask(message) }),
    };
    const { firstBackoffMs: firstMs, maxBackoffMs: maxMs, healthyMs, authRetryMs } = whole.watchdog;
    const memory = new FrameMemory();
    const stopping = new AbortController();
    const watch = new CameraRunner({
      camera,
      open: () =>
        isRecording(url)
          ? {
              recording: engine.recording(id, url, { realtime, loop, minSidePx: MIN_SIDE_PX, memory }),
              again: loop,
            }
          : { live: engine.live(config, listener, mask, memory) },
      backoff: { firstMs, maxMs, healthyMs },
      authRetryMs,
      onState: (state, message) => {
        // How a camera is doing that has changed, its next source tells.
        if (stopping.signal.reason === CHANGED) return;
        sender.post({ kind: 'camera', id, state, message: message && mask(message) });
      },
      onRestart: (reason) => sender.post({ kind: 'restart', id, reason }),
    });
    this.#watched.set(id, { config, camera, sender, stopping, ended: watch.run(stopping.signal) });
  }
}
