import type { CameraConfig } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import { moment, monotonicMs } from '../core/clock.js';
import type { Component } from '../core/lifecycle.js';
import type { EventDraft, Gap } from '../events/event.js';
import type { InView } from '../events/inView.js';
import type { Logger } from '../observe/logger.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import type { CameraDuty } from './cameraDuty.js';
import type { CameraObserver } from './cameraObserver.js';
import type { CameraRegistry } from './cameraRegistry.js';
import type { EventHub } from './eventHub.js';

/** Where {@link CameraMonitor} keeps and reports changes. */
export interface CameraMonitorOptions {
  registry: CameraRegistry;
  /** Those that are configured at the start. */
  cameras: () => readonly CameraConfig[];
  /** Updated here with the tracks of each frame. */
  inView: InView;
  /** Called in this order. */
  observers: readonly CameraObserver[];
  /** Publishes the events that follow from a change: gaps, and tracks that have left. */
  hub: Pick<EventHub, 'publish' | 'nextTrack'>;
  /** Marks those events. */
  duty: Pick<CameraDuty, 'stamped'>;
}

/** Follows the configured cameras: updates the registry, and notifies the observers of every change. */
export class CameraMonitor implements Component {
  readonly #options: CameraMonitorOptions;

  constructor(options: CameraMonitorOptions) {
    this.#options = options;
  }

  /** Adds the configured cameras, so that clients and alerts see them before the models are loaded. */
  async start(): Promise<void> {
    this.configure(this.#options.cameras());
  }

  /** Ends the tracks still in view: a killed engine has not reported their end. */
  async stop(): Promise<void> {
    this.#endTracks(Date.now());
  }

  /** Applies the list of configured cameras. */
  configure(cameras: readonly CameraConfig[]): void {
    const { registry, observers, hub } = this.#options;
    const wanted = new Set(cameras.map(({ id }) => id));
    for (const id of wanted) {
      if (registry.stateOf(id) !== null) continue;
      // Reads the log, which takes a while: once per camera.
      registry.add(id, hub.nextTrack(id));
      this.#notify(id, 'connecting', null);
    }
    for (const id of registry.ids) {
      if (wanted.has(id)) continue;
      this.setState(id, 'stopped', null);
      registry.remove(id);
      for (const observer of observers) observer.cameraRemoved?.(id);
    }
  }

  /** Does nothing for a camera that is not configured or is already in that state. */
  setState(id: string, state: CameraState, message: string | null): void {
    const { registry } = this.#options;
    if (!registry.setState(id, state, message)) return;
    const gap = state === 'live' ? registry.endGap(id, moment()) : null;
    if (gap) this.#publish(gap);
    this.#notify(id, state, message);
  }

  /** Records a frame that was processed, dropped, or failed. */
  frame(report: FrameReport): void {
    const { registry, inView, observers } = this.#options;
    // The last frames of a removed camera would bring its gauges back.
    if (registry.stateOf(report.camera) === null) return;
    registry.noteFrame(report, monotonicMs());
    if (report.outcome === 'processed') inView.noteFrame(report.camera, report.tracks);
    for (const observer of observers) observer.frame?.(report);
  }

  /** Notifies the observers that a connection is made again. @param reason an error code */
  restarted(id: string, reason: string): void {
    for (const observer of this.#options.observers) observer.cameraRestarted?.(id, reason);
  }

  /** No camera is watched until another engine is ready. */
  interrupt(cause: Gap['cause']): void {
    const { registry } = this.#options;
    const now = moment();
    registry.beginGaps(cause, now);
    this.#endTracks(now.unixMs);
    for (const { id, state } of registry.cameras) {
      if (state !== 'stopped' && state !== 'quarantined' && state !== 'waiting')
        this.setState(id, 'connecting', 'the engine is being replaced');
    }
  }

  #endTracks(unixMs: number): void {
    for (const draft of this.#options.inView.endReported(unixMs)) this.#publish(draft);
  }

  #publish(draft: EventDraft): void {
    const { hub, duty } = this.#options;
    const stamped = duty.stamped(draft, null);
    if (stamped) hub.publish(stamped);
  }

  #notify(id: string, state: CameraState, message: string | null): void {
    for (const observer of this.#options.observers) observer.cameraState?.(id, state, message);
  }
}

/** Logs every change of a camera's state. @param isWatching before that, cameras are only listed, and none is connected */
export function cameraLog(logger: Logger, isWatching: () => boolean): CameraObserver {
  return {
    cameraState(camera, state, message) {
      if (!isWatching()) return;
      const text = `camera is ${state}${message ? `: ${message}` : ''}`;
      // Most cameras of a cluster are watched elsewhere.
      if (state === 'waiting') logger.debug({ camera }, text);
      else if (message === null || state === 'reopening') logger.info({ camera }, text);
      else logger.warn({ camera }, text);
    },
  };
}
