import type { CameraLeases, Takeover, WatchedCamera } from '../cluster/cameraLeases.js';
import type { Identity } from '../cluster/membership.js';
import type { ClusterPart } from '../cluster/part.js';
import type { Config } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import { type Moment, moment, monotonicMs } from '../core/clock.js';
import type { EventDraft } from '../events/event.js';
import type { Logger } from '../observe/logger.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import { type DefinedCamera, definedCameras } from './cameraDefinitions.js';
import { ALONE, type CameraDuty } from './cameraDuty.js';
import type { CameraMonitor } from './cameraMonitor.js';
import type { CameraObserver } from './cameraObserver.js';
import type { CameraDetails, CameraRegistry, CameraViews } from './cameraRegistry.js';
import { clusterDetails } from './clusterDetails.js';
import type { ClusterHost } from './clusterHost.js';
import { DroppedShare } from './droppedShare.js';
import type { EngineControl } from './engineControl.js';
import type { EngineStatus } from './engineStatus.js';

/** The parts of the daemon that watch cameras; functions return those that are made later. */
export interface ClusterCamerasOptions {
  /** Of this node. */
  node: string;
  /** Why this node is not in its cluster; null while it is. */
  problem: () => string | null;
  /** Whether everybody is erased who was forgotten while this node was away. */
  isCurrent: () => boolean;
  /** Says that this node is about to stop. */
  announceStop: () => void;
  config: () => Config;
  registry: CameraRegistry;
  status: EngineStatus;
  monitor: () => Pick<CameraMonitor, 'setState'>;
  engine: () => Pick<EngineControl, 'isWatching' | 'assign' | 'begin'>;
  /** Told about the cameras of all nodes. */
  observers: () => readonly CameraObserver[];
  logger: Logger;
}

/** Tracks of one lease: its numbers begin at this many times the fencing token, so that no two nodes use the same. */
const TRACKS_PER_LEASE = 1000;

/** In a cluster: the cameras whose leases this node holds, and what is known of those of the others. */
export class ClusterCameras implements CameraDuty, CameraViews, CameraObserver {
  readonly #options: ClusterCamerasOptions;
  readonly #dropped = new DroppedShare();
  /** State, message and node as the observers know them, by camera. */
  readonly #reported = new Map<string, string>();
  #leases: CameraLeases | null = null;
  #leaseLosses = 0;
  #defined: { of: Config['cameras']; cameras: DefinedCamera[] } | null = null;

  constructor(options: ClusterCamerasOptions) {
    this.#options = options;
  }

  /** What takes part in the cluster. */
  async part({ node, session }: Pick<Identity, 'node' | 'session'>): Promise<ClusterPart> {
    const { config, status, engine, logger, problem, isCurrent } = this.#options;
    const { CameraLeases } = await import('../cluster/cameraLeases.js');
    this.#leases = new CameraLeases({
      holder: { node, session },
      maxCameras: config().cluster.maxCameras,
      cameras: () => this.#cameras(),
      watched: (ids) => this.#watched(ids),
      // Not before every part has joined, and not right after the link was away: whoever was forgotten meanwhile is erased first.
      isReady: () =>
        engine().isWatching && status.unreadyReason === null && problem() === null && isCurrent(),
      load: () => ({
        utilization: Number(status.load.utilization.toFixed(4)),
        dropped: Number(this.#dropped.read().toFixed(4)),
      }),
      onTaken: (takeover) => this.#begin(takeover),
      onStopped: (id, isLost) => this.#end(id, isLost),
      onLooked: () => this.#look(),
      warn: (text) => logger.warn(text),
    });
    return this.#leases;
  }

  /** How many leases could not be renewed in time so far. */
  get leaseLosses(): number {
    return this.#leaseLosses;
  }

  holds(id: string): boolean {
    return this.#leases?.isHeld(id) ?? false;
  }

  reasons(): (id: string) => string {
    const problem = this.#options.problem();
    if (problem === null && this.#leases) return this.#leases.reasons();
    return () => problem ?? 'waiting for the cluster';
  }

  stamped(draft: EventDraft, sinceMs: number | null): EventDraft | null {
    const leases = this.#leases;
    const term = leases?.termOf(draft.camera);
    if (!leases || !term) return null;
    // What has no frame, such as the end of a track, is at the latest from the end of the lease, also when a process that was frozen
    // publishes it later.
    const nowMs = monotonicMs();
    const atMs = sinceMs ?? Math.min(nowMs, term.untilMs);
    const capturedMs = leases.timeAt(atMs);
    if (capturedMs === null || atMs < term.fromMs || atMs > term.untilMs) return null;
    const { token: lease, beganMs } = term;
    const capturedAtMs =
      sinceMs === null && atMs < nowMs
        ? Math.min(draft.capturedAtMs, Date.now() - (nowMs - atMs))
        : draft.capturedAtMs;
    const { node } = this.#options;
    return { ...draft, capturedAtMs, node, lease, fence: { lease, beganMs, capturedMs } };
  }

  async release(): Promise<void> {
    this.#options.announceStop();
    await this.#leases?.release();
  }

  get cameras(): { id: string; state: CameraState; message: string | null; node: string | null }[] {
    return this.details(moment()).map(({ id, state, message, node }) => ({ id, state, message, node }));
  }

  details(now: Moment): CameraDetails[] {
    const { registry, node } = this.#options;
    return clusterDetails(registry.details(now), this.#leases?.others ?? [], (id) =>
      this.holds(id) ? node : null,
    );
  }

  cameraState(): void {
    this.#reportChanges();
  }

  cameraRemoved(): void {
    this.#reportChanges();
  }

  frame(report: FrameReport): void {
    this.#dropped.frame(report);
  }

  #begin({ id, term, lastFrameMs, cause }: Takeover): void {
    const { registry, engine } = this.#options;
    registry.raiseTrack(id, term.token * TRACKS_PER_LEASE + 1);
    registry.beginGap(id, lastFrameMs, cause);
    engine().begin(id);
  }

  #end(id: string, isLost: boolean): void {
    const { engine, logger } = this.#options;
    if (isLost) {
      this.#leaseLosses += 1;
      logger.warn({ camera: id }, 'lost the lease of the camera; it is not watched here any more');
    }
    engine().assign();
  }

  /** Brings the reasons up to date. */
  #look(): void {
    const { config, monitor, engine } = this.#options;
    if (!engine().isWatching) return;
    const reasonOf = this.reasons();
    for (const { id } of config().cameras)
      if (!this.holds(id)) monitor().setState(id, 'waiting', reasonOf(id));
    this.#reportChanges();
  }

  /** Reports to the observers what has changed at any camera of the cluster. */
  #reportChanges(): void {
    const { cameras } = this;
    const observers = this.#options.observers();
    for (const { id, state, message, node } of cameras) {
      const text = JSON.stringify([state, message, node]);
      if (this.#reported.get(id) === text) continue;
      this.#reported.set(id, text);
      for (const observer of observers) observer.cameraState?.(id, state, message, node);
    }
    const ids = new Set(cameras.map(({ id }) => id));
    for (const id of this.#reported.keys()) {
      if (ids.has(id)) continue;
      this.#reported.delete(id);
      for (const observer of observers) observer.cameraRemoved?.(id);
    }
  }

  #watched(ids: readonly string[]): WatchedCamera[] {
    const { registry } = this.#options;
    const wanted = new Set(ids);
    return registry
      .details(moment())
      .filter(({ id }) => wanted.has(id))
      .map(({ id, state, message, width, height }) => ({
        ...{ id, state, message, width, height },
        lastFrameMs: registry.lastFrameMs(id),
      }));
  }

  #cameras(): readonly DefinedCamera[] {
    const { cameras } = this.#options.config();
    if (this.#defined?.of !== cameras) this.#defined = { of: cameras, cameras: definedCameras(cameras) };
    return this.#defined.cameras;
  }
}

/** Which cameras this node watches, which clients see, and who hears of them. */
export interface CameraParts {
  duty: CameraDuty;
  views: CameraViews;
  /** Called with every change of a camera of this node, in place of those who hear of all cameras; null: call those. */
  observer: CameraObserver | null;
}

/** Without a cluster, they are the cameras of the configuration. */
export function cameraParts(
  cluster: ClusterHost,
  options: Omit<ClusterCamerasOptions, 'node' | 'problem' | 'isCurrent' | 'announceStop'>,
): CameraParts {
  const { node } = cluster;
  if (node === null) return { duty: ALONE, views: options.registry, observer: null };
  const cameras = new ClusterCameras({
    ...options,
    node,
    problem: () => cluster.problem,
    isCurrent: () => cluster.isCurrent,
    announceStop: () => cluster.announceStop(),
  });
  cluster.add(async (identity) => [await cameras.part(identity)]);
  cluster.cameras = cameras;
  return { duty: cameras, views: cameras, observer: cameras };
}
