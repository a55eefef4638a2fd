import { isDeepStrictEqual } from 'node:util';
import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig, Config } from '../config/schema.js';
import { describeError } from '../core/errors.js';
import { textMasker } from '../core/secrets.js';
import { Serial } from '../core/serial.js';
import type { Assignment, FromEngine } from '../ipc/protocol.js';
import type { Camera } from '../pipeline/camera.js';
import type { FrameScheduler } from '../pipeline/frameScheduler.js';
import { upsideDownHint } from '../pipeline/uprightCheck.js';
import type { Album, AlbumCallbacks } from '../snapshots/album.js';
import { MIN_SIDE_PX } from '../video/info.js';
import type { LiveListener } from '../video/live.js';
import { FrameMemory } from '../video/slots.js';
import { CameraRunner, type Live, type Recording } from './cameraRunner.js';
import type { EngineCamera, Playback, View } from './engine.js';
import type { LivePictures } from './livePictures.js';
import { OrderedSender } from './orderedSender.js';

/** What the manager needs of an engine. See {@link Engine} for each. */
export interface CameraEngine {
  readonly scheduler: Pick<FrameScheduler, 'isolate'>;
  album(view: Pick<View, 'masks'>, callbacks: AlbumCallbacks): Album | null;
  camera(options: EngineCamera): Pick<Camera, 'play' | 'watch' | 'end' | 'drop' | 'deny' | 'nextTrack'>;
  recording(cameraId: string, file: string, playback: Partial<Playback>): Recording;
  live(
    camera: CameraConfig,
    listener: LiveListener,
    redact: (text: string) => string,
    memory: FrameMemory,
  ): Live;
}

/** The engine to run cameras on, settings, and the channel to the supervisor. */
export interface CameraManagerOptions {
  engine: CameraEngine;
  config: Pick<Config, 'watchdog'>;
  /** Masked in every message. */
  secrets: readonly string[];
  /** Sends a message to the supervisor. */
  send: (message: FromEngine) => void;
  /** Gets every frame that is done; default: nobody. */
  live?: Pick<LivePictures, 'show'>;
}

interface RunningCamera {
  config: CameraConfig;
  camera: ReturnType<CameraEngine['camera']>;
  /** For messages about the camera whose order matters. */
  sender: OrderedSender<FromEngine>;
  stopping: AbortController;
  ended: Promise<void>;
}

/** Abort reason of a camera that was removed or changed in the configuration. */
const CHANGED = Symbol('changed');

/** Runs the assigned cameras: starts, stops and changes each without disturbing the others. */
export class CameraManager {
  readonly #options: CameraManagerOptions;
  readonly #running = new Map<string, RunningCamera>();
  readonly #poison = new Set<string>();
  #decoded = new Map<string, number>();
  readonly #changing = new Serial();

  constructor(options: CameraManagerOptions) {
    this.#options = options;
  }

  /** Runs exactly these cameras; those with an unchanged configuration are not interrupted. */
  assign(assignments: readonly Assignment[]): void {
    // One change at a time: a camera that changes twice must be stopped twice.
    void this.#changing.run(() => this.#change(assignments));
  }

  /**
   * Applies restrictions after a crash.
   *
   * @param poison marks of pictures that are skipped, in addition to those of earlier calls
   * @param isolated whether pictures are processed one at a time
   */
  restrict(poison: readonly string[], isolated: boolean): void {
    for (const mark of poison) this.#poison.add(mark);
    this.#options.engine.scheduler.isolate(isolated);
  }

  /** Stops every camera. Resolves when every frame in flight is finished and every message is sent. */
  async stop(): Promise<void> {
    for (const { stopping } of this.#running.values()) stopping.abort();
    await this.#changing.idle();
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  /** Notes that a track of a camera is not a person. @returns whether it is in view */
  deny(camera: string, track: string, person: string): boolean {
    return this.#running.get(camera)?.camera.deny(track, person) ?? false;
  }

  /** Number of live frames decoded since the last call, by camera. */
  readDecoded(): Record<string, number> {
    const decoded = Object.fromEntries(this.#decoded);
    this.#decoded = new Map();
    return decoded;
  }

  async #change(assignments: readonly Assignment[]): Promise<void> {
    const wanted = new Map(assignments.map((assignment) => [assignment.camera.id, assignment]));
    const obsolete = [...this.#running].filter(
      ([id, { config }]) => !isDeepStrictEqual(config, wanted.get(id)?.camera),
    );
    await Promise.all(
      obsolete.map(async ([id, { camera }]) => {
        await this.#stop(id, CHANGED);
        const next = wanted.get(id);
        if (next) next.firstTrack = Math.max(next.firstTrack, camera.nextTrack);
      }),
    );
    for (const [id, assignment] of wanted) if (!this.#running.has(id)) this.#start(assignment);
  }

  async #stop(id: string, reason?: typeof CHANGED): Promise<void> {
    const running = this.#running.get(id);
    running?.stopping.abort(reason);
    await running?.ended;
    await running?.sender.flushed();
    this.#running.delete(id);
  }

  #start({ camera: config, firstTrack }: Assignment): void {
    const { engine, send, secrets, live } = this.#options;
    const { id, url, realtime, loop, rotate, aspect, video } = config;
    const mask = textMasker(secrets);
    const sender = new OrderedSender<FromEngine>(send);
    const album = engine.album(config, {
      onFailure: (error) =>
        sender.post({
          kind: 'log',
          level: 'warn',
          camera: id,
          message: `cannot encode a snapshot: ${describeError(error)}`,
        }),
      onFace: (track, { face, quality }) => send({ kind: 'face', track, face, quality }),
    });
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
      onFrame: (frame, tracks, isSearched) =>
        live?.show({ camera: id, frame, tracks, isSearched, masks: config.masks }),
      onUpsideDown: () => listener.onNotice(upsideDownHint(rotate, (turn) => `set rotate: ${turn}`)),
      onReport: ({ anatomy: _, ...report }) => sender.post({ kind: 'report', report }),
    });
    const listener = {
      onFrame: () => void this.#decoded.set(id, (this.#decoded.get(id) ?? 0) + 1),
      onDropped: camera.drop.bind(camera),
      onProcess: (pid: number, running: boolean) => send({ kind: 'process', pid, running }),
      onNotice: (message: string) => send({ kind: 'log', level: 'warn', camera: id, message: mask(message) }),
      onRemark: once((message) => send({ kind: 'log', level: 'info', camera: id, message: mask(message) })),
    };
    const {
      firstBackoffMs: firstMs,
      maxBackoffMs: maxMs,
      healthyMs,
      authRetryMs,
    } = this.#options.config.watchdog;
    const memory = new FrameMemory();
    const stopping = new AbortController();
    const runner = new CameraRunner({
      camera,
      open: () =>
        isRecording(url)
          ? {
              recording: engine.recording(id, url, {
                ...{ realtime, loop, memory, minSidePx: MIN_SIDE_PX, stream: video.stream, rotate, aspect },
                ...(video.deinterlace !== null && { deinterlace: video.deinterlace }),
                ...(config.maxWidth !== null && { maxWidth: config.maxWidth }),
                ...{ onNotice: listener.onNotice, onRemark: listener.onRemark },
              }),
              again: loop,
            }
          : { live: engine.live(config, listener, mask, memory) },
      backoff: { firstMs, maxMs, healthyMs },
      authRetryMs,
      onState: (state, message) => {
        // The state of a changed camera comes from its next source.
        if (stopping.signal.reason === CHANGED) return;
        sender.post({ kind: 'camera', id, state, message: message && mask(message) });
      },
      onRestart: (reason) => sender.post({ kind: 'restart', id, reason }),
    });
    this.#running.set(id, { config, camera, sender, stopping, ended: runner.run(stopping.signal) });
  }
}

/** Passes each text on the first time it comes. */
function once(pass: (text: string) => void): (text: string) => void {
  const passed = new Set<string>();
  return (text) => {
    if (passed.has(text)) return;
    passed.add(text);
    pass(text);
  };
}
