import { isDeepStrictEqual } from 'node:util';
import type { InView } from '../events/inView.js';
import { type FromEngine, type GalleryReport, placementText } from '../ipc/protocol.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { CameraDuty } from './cameraDuty.js';
import type { CameraMonitor } from './cameraMonitor.js';
import type { CameraRegistry } from './cameraRegistry.js';
import type { ClusterPeople } from './clusterPeople.js';
import type { CrashPolicy } from './crashPolicy.js';
import type { EngineRequests } from './engineRequests.js';
import type { EngineStatus } from './engineStatus.js';
import type { EventHub } from './eventHub.js';
import type { Forgetting } from './forgetting.js';
import { logGallery, logGalleryChange } from './galleryLog.js';
import type { LiveFeed } from './liveFeed.js';

/** The parts that handle the engine's messages. */
export interface EngineMessagesOptions {
  status: EngineStatus;
  registry: CameraRegistry;
  /** Updated here with the engine's events. */
  inView: InView;
  monitor: CameraMonitor;
  /** Drops what came of a camera after its lease was over. */
  duty: Pick<CameraDuty, 'holds' | 'stamped'>;
  hub: EventHub;
  crashPolicy: CrashPolicy;
  metrics: Metrics;
  forgetting: Forgetting;
  clusterPeople: Pick<ClusterPeople, 'engineReady' | 'noteGallery' | 'noteResults'>;
  requests: EngineRequests;
  live: LiveFeed;
  logger: Logger;
  /** Called when an engine is ready for cameras. */
  onReady: () => void;
}

/** Dispatches each message of the engine to the part that handles it. */
export class EngineMessages {
  readonly #options: EngineMessagesOptions;

  constructor(options: EngineMessagesOptions) {
    this.#options = options;
  }

  receive(message: FromEngine): void {
    const { status, monitor, duty, hub, crashPolicy, metrics, forgetting, logger } = this.#options;
    switch (message.kind) {
      case 'ready':
        this.#engineReady(message);
        break;
      case 'gallery':
        logGalleryChange(logger, status.gallery, message.gallery, message.change);
        this.#setGallery(message.gallery);
        this.#options.clusterPeople.noteGallery(message.change);
        break;
      case 'embedded':
        this.#options.clusterPeople.noteResults(message.results);
        break;
      case 'forgotten':
        forgetting.noteForgotten(message.person, message.cached);
        break;
      case 'answer':
        this.#options.requests.settle(message.id, message.outcome);
        break;
      case 'event':
        this.#takeEvent(message);
        break;
      case 'face':
        hub.noteFace(message.track, message);
        break;
      case 'report':
        if (duty.holds(message.report.camera)) monitor.frame(message.report);
        break;
      case 'picture':
        this.#options.live.receive(message);
        break;
      case 'camera':
        this.#takeState(message);
        break;
      case 'restart':
        monitor.restarted(message.id, message.reason);
        break;
      case 'work':
        crashPolicy.work(message.camera, message.mark, message.begins);
        break;
      case 'beat':
        status.load = message;
        for (const [id, frames] of Object.entries(message.decoded)) metrics.decoded(id, frames);
        break;
      case 'log':
        logger[message.level]({ ...(message.camera && { camera: message.camera }) }, message.message);
        break;
    }
  }

  #takeEvent({ draft, sinceMs, pictures }: FromEngine & { kind: 'event' }): void {
    const { registry, inView, duty, hub } = this.#options;
    const stamped = duty.stamped(draft, sinceMs);
    if (!stamped) return;
    registry.noteDraft(stamped);
    inView.noteReported(stamped);
    hub.publishDetected({ draft: stamped, sinceMs, ...(pictures !== undefined && { pictures }) });
  }

  #takeState({ id, state, message }: FromEngine & { kind: 'camera' }): void {
    const { registry, monitor, duty } = this.#options;
    // After an engine was replaced, the reason is already reported.
    if (state === 'connecting' && registry.stateOf(id) === 'connecting') return;
    if (duty.holds(id)) monitor.setState(id, state, message);
  }

  #engineReady({ onnxruntime, placements, gallery, resultKey }: FromEngine & { kind: 'ready' }): void {
    const { status, forgetting, clusterPeople, live, logger, onReady } = this.#options;
    if (!isDeepStrictEqual(placements, status.placements))
      logger.info(
        Object.fromEntries(placements.map((one) => [one.network, placementText(one)])),
        'networks loaded',
      );
    status.placements = placements;
    const isNew =
      status.known === null ||
      !isDeepStrictEqual({ ...gallery, seconds: 0 }, { ...status.gallery, seconds: 0 });
    status.onnxruntime = onnxruntime;
    this.#setGallery(gallery);
    if (isNew) logGallery(logger, gallery);
    status.unreadyReason = null;
    onReady();
    live.engineReady();
    forgetting.noteEngine();
    clusterPeople.engineReady(resultKey);
  }

  #setGallery(gallery: GalleryReport): void {
    const { status, metrics, hub } = this.#options;
    status.gallery = gallery;
    metrics.galleryRead(gallery.seconds);
    hub.setPeople(gallery.names, gallery.settings);
  }
}
