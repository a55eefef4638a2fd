import { Counter, collectDefaultMetrics, Gauge, Histogram } from 'prom-client';
import { CAMERA_STATES, type CameraState } from '../core/cameraState.js';
import { EVENT_KINDS, type SpotterEvent } from '../events/event.js';
import { type FrameReport, STAGES } from '../pipeline/frameReport.js';
import { type Exposed, Exposition, openRegistry } from './exposition.js';
import { type MetricSources, registerGauges } from './gauges.js';
import { HttpMetrics } from './httpMetrics.js';
import { LABEL_VALUES } from './labelValues.js';
import { SinkMetrics } from './sinkMetrics.js';

export type { MetricSources };

/** Buckets of the histograms: seconds, and bytes for snapshots. */
const STAGE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SNAPSHOT_BUCKETS = [10e3, 25e3, 50e3, 100e3, 250e3, 500e3, 1e6, 2.5e6];
const PUBLISH_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5];

/**
 * The Prometheus metrics. Modules report what happens; only this class keeps counters. Names and labels are a public contract:
 * docs/metrics.md.
 */
export class Metrics {
  readonly #registry = openRegistry();
  /** The metrics of the HTTP server. */
  readonly http = new HttpMetrics(this.#registry);
  /** The metrics of webhooks and broker. */
  readonly sinkObserver = new SinkMetrics(this.#registry);
  readonly #frames = this.#counter('spotter_frames_total', 'Frames by outcome.', ['camera', 'outcome']);
  readonly #decoded = this.#counter(
    'spotter_frames_decoded_total',
    'Live frames that the decoder delivered complete.',
    ['camera'],
  );
  readonly #dropped = this.#counter(
    'spotter_frames_dropped_total',
    'Live frames dropped unprocessed, by reason.',
    ['camera', 'reason'],
  );
  readonly #unchanged = this.#counter(
    'spotter_frames_unchanged_total',
    'Processed frames without motion, in which no faces were searched.',
    ['camera'],
  );
  readonly #stages = this.#histogram(
    'spotter_stage_seconds',
    'Time per frame in each stage.',
    ['camera', 'stage'],
    STAGE_BUCKETS,
  );
  readonly #latency = new Histogram<'camera' | 'event_id' | 'seq'>({
    name: 'spotter_capture_to_event_seconds',
    help: 'Time from a frame being complete in memory to its event being published.',
    labelNames: ['camera'],
    buckets: LATENCY_BUCKETS,
    registers: [this.#registry],
    enableExemplars: true,
  });
  readonly #faces = this.#counter('spotter_faces_total', 'Faces by verdict, one per face and frame.', [
    'camera',
    'verdict',
  ]);
  readonly #unusable = this.#counter(
    'spotter_faces_unusable_total',
    'Faces too poor for a verdict, by reason.',
    ['camera', 'reason'],
  );
  readonly #events = this.#counter('spotter_events_total', 'Events published.', ['camera', 'kind']);
  readonly #publish = this.#histogram(
    'spotter_event_publish_seconds',
    'Time from an event occurring to it being in the log and handed to every subscriber.',
    [],
    PUBLISH_BUCKETS,
  );
  readonly #lost = this.#counter(
    'spotter_events_lost_total',
    'Events lost because the log was not writable for too long.',
    [],
  );
  readonly #removed = this.#counter(
    'spotter_events_removed_total',
    'Events deleted from the log by retention.',
    [],
  );
  readonly #tracks = this.#gauge('spotter_tracks', 'Faces being tracked.', ['camera']);
  readonly #up = this.#gauge('spotter_camera_up', '1 while the camera delivers frames, else 0.', ['camera']);
  readonly #states = this.#gauge('spotter_camera_state', '1 for the current state of the camera, else 0.', [
    'camera',
    'state',
  ]);
  readonly #engineRestarts = this.#counter('spotter_engine_restarts_total', 'Engine restarts, by cause.', [
    'cause',
  ]);
  readonly #lastFrame = this.#gauge(
    'spotter_camera_last_frame_timestamp_seconds',
    'Unix time of the last processed frame; 0 before the first.',
    ['camera'],
  );
  readonly #restarts = this.#counter('spotter_camera_restarts_total', 'Reconnect attempts, by reason.', [
    'camera',
    'reason',
  ]);
  readonly #reload = this.#gauge(
    'spotter_gallery_reload_seconds',
    'Duration of the last read of the gallery.',
    [],
  );
  readonly #wsClosed = this.#counter(
    'spotter_ws_closed_total',
    'WebSocket connections closed by the server, by reason.',
    ['reason'],
  );
  readonly #livePictures = this.#counter(
    'spotter_live_pictures_total',
    'Pictures made for those who watch.',
    ['camera'],
  );
  readonly #snapshots = this.#counter(
    'spotter_snapshots_total',
    'Events eligible for a snapshot, by outcome.',
    ['outcome'],
  );
  readonly #snapshotBytes = this.#histogram(
    'spotter_snapshot_bytes',
    'Size of the snapshot of one event, both pictures together.',
    [],
    SNAPSHOT_BUCKETS,
  );

  readonly #exposition = new Exposition(this.#registry);
  /** Cameras whose series are there. */
  readonly #cameras = new Set<string>();
  /** Cameras whose histograms are there; they stay when a camera is removed. */
  readonly #measured = new Set<string>();

  /** @param sources read at every scrape */
  constructor(sources: MetricSources) {
    collectDefaultMetrics({ register: this.#registry });
    registerGauges(this.#registry, sources);
    for (const cause of LABEL_VALUES.death) this.#engineRestarts.inc({ cause }, 0);
    for (const reason of LABEL_VALUES.wsClosed) this.#wsClosed.inc({ reason }, 0);
    for (const outcome of LABEL_VALUES.snapshot) this.#snapshots.inc({ outcome }, 0);
  }

  /** The text of /metrics. @param accept the Accept header; see {@link Exposition} */
  expose(accept?: string): Promise<Exposed> {
    return this.#exposition.write(accept);
  }

  /** Records a frame: outcome, stage times, verdicts and tracks in view. */
  frame({ camera, outcome, dropped, unchanged, stageMs, verdicts, tracks }: FrameReport): void {
    this.#frames.inc({ camera, outcome });
    if (dropped) this.#dropped.inc({ camera, reason: dropped });
    if (unchanged) this.#unchanged.inc({ camera });
    for (const [stage, ms] of Object.entries(stageMs)) this.#stages.observe({ camera, stage }, ms / 1000);
    for (const verdict of verdicts) {
      this.#faces.inc({ camera, verdict: verdict.kind });
      if (verdict.kind === 'unusable') this.#unusable.inc({ camera, reason: verdict.reason });
    }
    this.#tracks.set({ camera }, tracks.length);
    if (outcome === 'processed') this.#lastFrame.set({ camera }, Date.now() / 1000);
  }

  /** Adds live frames that the decoder delivered complete. */
  decoded(camera: string, frames: number): void {
    this.#decoded.inc({ camera }, frames);
  }

  /** Counts a picture made for those who watch. */
  livePicture(camera: string): void {
    this.#livePictures.inc({ camera });
  }

  /** Counts a published event. */
  event({ camera, kind }: SpotterEvent): void {
    this.#events.inc({ camera, kind });
  }

  /** Records the time from a frame being complete in memory to its event being published, by a monotonic clock. */
  eventLatency({ camera, id, seq }: Pick<SpotterEvent, 'camera' | 'id' | 'seq'>, seconds: number): void {
    this.#latency.observe({ labels: { camera }, value: seconds, exemplarLabels: { event_id: id, seq } });
  }

  /** Records the time from an event occurring to it being in the log and handed to every subscriber. */
  eventPublished(seconds: number): void {
    this.#publish.observe(seconds);
  }

  /** Counts an event lost because the log was not writable. */
  eventLost(): void {
    this.#lost.inc();
  }

  /** Adds events deleted by retention. */
  eventsRemoved(count: number): void {
    this.#removed.inc(count);
  }

  /** Sets the state of a camera; a new one gets all its series. Unless it is live, it has no tracks. */
  cameraState(camera: string, state: CameraState): void {
    if (!this.#cameras.has(camera)) this.#beginCamera(camera);
    // In a cluster, another node says whether the camera is up.
    if (state === 'waiting') this.#up.remove({ camera });
    else this.#up.set({ camera }, state === 'live' ? 1 : 0);
    for (const other of CAMERA_STATES) this.#states.set({ camera, state: other }, other === state ? 1 : 0);
    if (state !== 'live') this.#tracks.set({ camera }, 0);
  }

  /** Deletes the gauges of a camera that is no longer configured; they would keep their last value for ever. */
  cameraRemoved(camera: string): void {
    for (const gauge of [this.#up, this.#tracks, this.#lastFrame]) gauge.remove({ camera });
    for (const state of CAMERA_STATES) this.#states.remove({ camera, state });
    this.#cameras.delete(camera);
  }

  /** Every series of a camera at 0; those that are there keep their value. */
  #beginCamera(camera: string): void {
    this.#cameras.add(camera);
    for (const counter of [this.#decoded, this.#unchanged, this.#livePictures]) counter.inc({ camera }, 0);
    for (const outcome of LABEL_VALUES.outcome) this.#frames.inc({ camera, outcome }, 0);
    for (const reason of LABEL_VALUES.dropReason) this.#dropped.inc({ camera, reason }, 0);
    for (const verdict of LABEL_VALUES.verdict) this.#faces.inc({ camera, verdict }, 0);
    for (const reason of LABEL_VALUES.unusableReason) this.#unusable.inc({ camera, reason }, 0);
    for (const kind of EVENT_KINDS) this.#events.inc({ camera, kind }, 0);
    for (const reason of LABEL_VALUES.restart) this.#restarts.inc({ camera, reason }, 0);
    this.#lastFrame.inc({ camera }, 0);
    // One that comes back keeps what was measured; zero() would reset it.
    if (this.#measured.has(camera)) return;
    this.#measured.add(camera);
    for (const stage of STAGES) this.#stages.zero({ camera, stage });
    this.#latency.zero({ camera });
  }

  /** Counts a restart of the engine. @param cause an error code */
  engineDied(cause: string): void {
    this.#engineRestarts.inc({ cause });
  }

  /** Counts a reconnect attempt. @param reason an error code */
  cameraRestarted(camera: string, reason: string): void {
    this.#restarts.inc({ camera, reason });
  }

  /** Sets the duration of the last read of the gallery. */
  galleryRead(seconds: number): void {
    this.#reload.set(seconds);
  }

  /** Records a snapshot. @param bytes of both pictures; null if nothing was stored */
  snapshot(outcome: string, bytes: number | null): void {
    this.#snapshots.inc({ outcome });
    if (bytes !== null) this.#snapshotBytes.observe(bytes);
  }

  /** Counts a WebSocket connection closed by the server. */
  wsClosed(reason: string): void {
    this.#wsClosed.inc({ reason });
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}
