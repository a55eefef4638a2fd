import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CAMERA_STATES, type CameraState } from '../core/cameraState.js';
import type { SpotterEvent } from '../events/event.js';
import type { FrameReport } from '../pipeline/frameReport.js';

/** What the gauges ask for when they are read. */
export interface MetricSources {
  version: string;
  /** Empty until the workers have told. */
  onnxruntime: () => string;
  engine: () => { utilization: number; residentBytes: number; cpuSeconds: number };
  wsClients: () => number;
  /** Frames in the networks, by camera. */
  inWork: () => [camera: string, frames: number][];
  gallery: () => { people: number; used: number; unusable: number };
  openVisits: () => number;
  sinks: () => { name: string; up: boolean; lag: number }[];
  log: () => { sizeBytes: number; waiting: number; isWritable: boolean };
}

const STAGE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const PICTURE_BUCKETS = [10e3, 25e3, 50e3, 100e3, 250e3, 500e3, 1e6, 2.5e6];
const PUBLISH_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5];

/** Everything Prometheus sees. Rooms do not count; they report, and this counts. Names are a contract: docs/metrics.md. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #frames = this.#counter('spotter_frames_total', 'Frames by what became of them.', [
    'camera',
    'outcome',
  ]);
  readonly #decoded = this.#counter(
    'spotter_frames_decoded_total',
    'Live frames that came whole from the decoder.',
    ['camera'],
  );
  readonly #dropped = this.#counter('spotter_frames_dropped_total', 'Live frames not looked at, by reason.', [
    'camera',
    'reason',
  ]);
  readonly #unchanged = this.#counter(
    'spotter_frames_unchanged_total',
    'Processed frames in which nothing had moved, so that no faces were searched.',
    ['camera'],
  );
  readonly #stages = this.#histogram(
    'spotter_stage_seconds',
    'Time of a frame in each stage.',
    ['camera', 'stage'],
    STAGE_BUCKETS,
  );
  readonly #latency = this.#histogram(
    'spotter_capture_to_event_seconds',
    'From a frame being whole in memory to its event being published.',
    ['camera'],
    LATENCY_BUCKETS,
  );
  readonly #faces = this.#counter('spotter_faces_total', 'Faces by verdict, one a face and frame.', [
    'camera',
    'verdict',
  ]);
  readonly #unusable = this.#counter(
    'spotter_faces_unusable_total',
    'Faces that could not be judged, by reason.',
    ['camera', 'reason'],
  );
  readonly #events = this.#counter('spotter_events_total', 'Events published.', ['camera', 'kind']);
  readonly #publish = this.#histogram(
    'spotter_event_publish_seconds',
    'From an event being known to it being kept and handed to every sink.',
    [],
    PUBLISH_BUCKETS,
  );
  readonly #lost = this.#counter(
    'spotter_events_lost_total',
    'Events that could not be kept because the log took none for too long.',
    [],
  );
  readonly #removed = this.#counter('spotter_events_removed_total', 'Events that the log keeps no more.', []);
  readonly #tracks = this.#gauge('spotter_tracks', 'Faces being followed.', ['camera']);
  readonly #up = this.#gauge('spotter_camera_up', '1 while the camera delivers frames, else 0.', ['camera']);
  readonly #states = this.#gauge('spotter_camera_state', '1 for the state that the camera is in, else 0.', [
    'camera',
    'state',
  ]);
  readonly #engineRestarts = this.#counter(
    'spotter_engine_restarts_total',
    'Times the engine had to be replaced, by cause.',
    ['cause'],
  );
  readonly #lastFrame = this.#gauge(
    'spotter_camera_last_frame_timestamp_seconds',
    'Unix time of the last frame.',
    ['camera'],
  );
  readonly #restarts = this.#counter(
    'spotter_camera_restarts_total',
    'Times a camera was opened again, by reason.',
    ['camera', 'reason'],
  );
  readonly #reload = this.#gauge(
    'spotter_gallery_reload_seconds',
    'Time the last reading of the gallery took.',
    [],
  );
  readonly #wsClosed = this.#counter(
    'spotter_ws_closed_total',
    'WebSocket connections closed by us, by reason.',
    ['reason'],
  );

  readonly #snapshots = this.#counter(
    'spotter_snapshots_total',
    'Events that should have pictures, by what became of them.',
    ['outcome'],
  );
  readonly #snapshotBytes = this.#histogram(
    'spotter_snapshot_bytes',
    'Size of the pictures of one event.',
    [],
    PICTURE_BUCKETS,
  );
  readonly #sinkEvents = this.#counter(
    'spotter_sink_events_total',
    'Events that a webhook or broker is done with, by what became of them.',
    ['sink', 'outcome'],
  );
  readonly #sinkRetries = this.#counter(
    'spotter_sink_retries_total',
    'Attempts of a webhook or broker that failed and are made again.',
    ['sink'],
  );

  constructor(sources: MetricSources) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'spotter_build_info',
      help: 'Always 1; the versions are in the labels.',
      labelNames: ['version', 'node', 'onnxruntime'],
      registers: [this.#registry],
      collect() {
        this.reset();
        this.labels(sources.version, process.versions.node, sources.onnxruntime()).set(1);
      },
    });
    this.#collected(
      'spotter_worker_utilization',
      'Part of their time that the workers work, 0 to 1.',
      () => sources.engine().utilization,
    );
    this.#collected(
      'spotter_engine_resident_memory_bytes',
      'Resident memory of the engine; process_resident_memory_bytes is that of the outer process.',
      () => sources.engine().residentBytes,
    );
    this.#collected(
      'spotter_engine_cpu_seconds',
      'CPU time of the engine since it began.',
      () => sources.engine().cpuSeconds,
    );
    new Gauge({
      name: 'spotter_frames_in_work',
      help: 'Frames in the networks at the moment.',
      labelNames: ['camera'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [camera, frames] of sources.inWork()) this.set({ camera }, frames);
      },
    });
    this.#collected(
      'spotter_log_size_bytes',
      'Bytes that the event log uses.',
      () => sources.log().sizeBytes,
    );
    this.#collected('spotter_log_writable', '1 while the event log takes events, else 0.', () =>
      Number(sources.log().isWritable),
    );
    this.#collected('spotter_events_waiting', 'Events not kept yet.', () => sources.log().waiting);
    this.#collected('spotter_ws_clients', 'WebSocket clients connected.', sources.wsClients);
    this.#collected(
      'spotter_visits_open',
      'Visits that have begun and not ended, where visits are told.',
      sources.openVisits,
    );
    this.#collected('spotter_gallery_people', 'People in the gallery.', () => sources.gallery().people);
    new Gauge({
      name: 'spotter_gallery_photos',
      help: 'Photos in the gallery, by whether they are used.',
      labelNames: ['state'],
      registers: [this.#registry],
      collect() {
        const { used, unusable } = sources.gallery();
        this.set({ state: 'used' }, used);
        this.set({ state: 'unusable' }, unusable);
      },
    });
    const { sinks } = sources;
    this.#perSink('spotter_sink_up', '1 while a webhook or broker takes events, else 0.', sinks, 'up');
    this.#perSink('spotter_sink_lag_events', 'Events that a sink has still to be told.', sinks, 'lag');
  }

  /** The page that Prometheus reads, and its content type. */
  async expose(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

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

  /** Live frames that have come whole from the decoder. */
  decoded(camera: string, frames: number): void {
    this.#decoded.inc({ camera }, frames);
  }

  event({ camera, kind }: SpotterEvent): void {
    this.#events.inc({ camera, kind });
  }

  /** From a frame being whole in memory to its event having been published, measured on a clock that nobody sets. */
  eventLatency(camera: string, seconds: number): void {
    this.#latency.observe({ camera }, seconds);
  }

  eventPublished(seconds: number): void {
    this.#publish.observe(seconds);
  }

  eventLost(): void {
    this.#lost.inc();
  }

  eventsRemoved(count: number): void {
    this.#removed.inc(count);
  }

  cameraState(camera: string, state: CameraState): void {
    this.#up.set({ camera }, state === 'live' ? 1 : 0);
    for (const other of CAMERA_STATES) this.#states.set({ camera, state: other }, other === state ? 1 : 0);
    if (state !== 'live') this.#tracks.set({ camera }, 0);
  }

  /** A camera that is no longer configured: its gauges would say for ever how it was at last. */
  cameraRemoved(camera: string): void {
    for (const gauge of [this.#up, this.#tracks, this.#lastFrame]) gauge.remove({ camera });
    for (const state of CAMERA_STATES) this.#states.remove({ camera, state });
  }

  engineDied(cause: string): void {
    this.#engineRestarts.inc({ cause });
  }

  cameraRestarted(camera: string, reason: string): void {
    this.#restarts.inc({ camera, reason });
  }

  galleryRead(seconds: number): void {
    this.#reload.set(seconds);
  }

  /** @param bytes null when nothing was stored */
  snapshot(outcome: string, bytes: number | null): void {
    this.#snapshots.inc({ outcome });
    if (bytes !== null) this.#snapshotBytes.observe(bytes);
  }

  wsClosed(reason: string): void {
    this.#wsClosed.inc({ reason });
  }

  sinkEvent(sink: string, outcome: 'delivered' | 'dead_letter' | 'skipped'): void {
    this.#sinkEvents.inc({ sink, outcome });
  }

  sinkRetried(sink: string): void {
    this.#sinkRetries.inc({ sink });
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

  #collected(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #perSink(name: string, help: string, sinks: MetricSources['sinks'], key: 'up' | 'lag'): void {
    new Gauge({
      name,
      help,
      labelNames: ['sink'],
      registers: [this.#registry],
      collect() {
        // A sink that is no longer configured is gone at once.
        this.reset();
        for (const sink of sinks()) this.set({ sink: sink.name }, Number(sink[key]));
      },
    });
  }
}
