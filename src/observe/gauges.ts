import { Counter, Gauge, type Registry } from 'prom-client';
import { type ClusterState, registerClusterGauges } from './clusterGauges.js';

/** Read by the gauges at every scrape. */
export interface MetricSources {
  version: string;
  /** Version of onnxruntime; empty until the workers have reported it. */
  onnxruntime: () => string;
  /** What runs each network; a device of null has no number. */
  placements: () => readonly { network: string; provider: string; device: number | null; batch: number }[];
  /** Share of busy worker time, 0..1; resident memory in bytes; CPU time since the start of the engine. */
  engine: () => { utilization: number; residentBytes: number; cpuSeconds: number };
  wsClients: () => number;
  /** Clients that watch a camera. */
  liveViewers: () => number;
  /** Frames in the networks, by camera. */
  inWork: () => [camera: string, frames: number][];
  /** People, and their photos by whether they are used. */
  gallery: () => { people: number; used: number; unusable: number };
  openVisits: () => number;
  /** `lag`: events not delivered yet. */
  sinks: () => { name: string; up: boolean; lag: number }[];
  /** `waiting`: events not in the log yet. */
  log: () => { sizeBytes: number; waiting: number; isWritable: boolean };
  /** Lines of events and of the log that could not be written so far. */
  lostLines: () => { stdout: number; stderr: number };
  /** Attempts to sign in so far, by outcome. */
  signIns: () => Readonly<Record<string, number>>;
  /** Of a node of a cluster; null without one, which has no such series. */
  cluster: (() => ClusterState) | null;
}

/** Registers the gauges whose values are read when Prometheus scrapes them. */
export function registerGauges(registry: Registry, sources: MetricSources): void {
  const { engine, log, gallery, sinks } = sources;
  const single = (name: string, help: string, read: () => number) => addSingle(registry, name, help, read);
  addBuildInfo(registry, sources);
  addComputeInfo(registry, sources);
  single('spotter_worker_utilization', 'Share of busy worker time, 0 to 1.', () => engine().utilization);
  single(
    'spotter_engine_resident_memory_bytes',
    'Resident memory of the engine; process_resident_memory_bytes is that of the supervisor.',
    () => engine().residentBytes,
  );
  single('spotter_engine_cpu_seconds', 'CPU time of the engine since its start.', () => engine().cpuSeconds);
  addFramesInWork(registry, sources);
  single('spotter_log_size_bytes', 'Size of the event log.', () => log().sizeBytes);
  single('spotter_log_writable', '1 while the event log is writable, else 0.', () =>
    Number(log().isWritable),
  );
  single('spotter_events_waiting', 'Events not in the log yet.', () => log().waiting);
  single('spotter_ws_clients', 'Connected WebSocket clients.', sources.wsClients);
  single('spotter_live_viewers', 'Clients that watch the picture of a camera.', sources.liveViewers);
  single(
    'spotter_visits_open',
    'Visits that have started and not ended, if visits are enabled.',
    sources.openVisits,
  );
  single('spotter_gallery_people', 'People in the gallery.', () => gallery().people);
  addPhotos(registry, sources);
  addPerSink(registry, 'spotter_sink_up', '1 while a webhook or broker accepts events, else 0.', sinks, 'up');
  addPerSink(registry, 'spotter_sink_lag_events', 'Events not delivered to a sink yet.', sinks, 'lag');
  addTotals(
    registry,
    'spotter_output_lines_lost_total',
    'Lines that stdout (events) or stderr (log) did not take.',
    'stream',
    sources.lostLines,
  );
  addTotals(
    registry,
    'spotter_sign_ins_total',
    'Attempts to sign in, by outcome.',
    'outcome',
    sources.signIns,
  );
  if (sources.cluster) registerClusterGauges(registry, sources.cluster);
}

/** A counter whose totals are kept elsewhere, by the value of its label. */
function addTotals(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Readonly<Record<string, number>>,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, total] of Object.entries(read())) this.inc({ [label]: value }, total);
    },
  });
}

function addSingle(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function addBuildInfo(registry: Registry, { version, onnxruntime }: MetricSources): void {
  new Gauge({
    name: 'spotter_build_info',
    help: 'Always 1; the labels hold the versions.',
    labelNames: ['version', 'node', 'onnxruntime'],
    registers: [registry],
    collect() {
      this.reset();
      this.labels(version, process.versions.node, onnxruntime()).set(1);
    },
  });
}

function addComputeInfo(registry: Registry, { placements }: MetricSources): void {
  new Gauge({
    name: 'spotter_compute_info',
    help: 'Always 1; the labels say what runs each network.',
    labelNames: ['network', 'provider', 'device', 'batch'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { network, provider, device, batch } of placements())
        this.labels(network, provider, device === null ? '' : String(device), String(batch)).set(1);
    },
  });
}

function addFramesInWork(registry: Registry, { inWork }: MetricSources): void {
  new Gauge({
    name: 'spotter_frames_in_work',
    help: 'Frames currently in the networks.',
    labelNames: ['camera'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [camera, frames] of inWork()) this.set({ camera }, frames);
    },
  });
}

function addPhotos(registry: Registry, { gallery }: MetricSources): void {
  new Gauge({
    name: 'spotter_gallery_photos',
    help: 'Photos in the gallery, by whether they are used.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { used, unusable } = gallery();
      this.set({ state: 'used' }, used);
      this.set({ state: 'unusable' }, unusable);
    },
  });
}

function addPerSink(
  registry: Registry,
  name: string,
  help: string,
  sinks: MetricSources['sinks'],
  key: 'up' | 'lag',
): void {
  new Gauge({
    name,
    help,
    labelNames: ['sink'],
    registers: [registry],
    collect() {
      // Drops sinks that are no longer configured.
      this.reset();
      for (const sink of sinks()) this.set({ sink: sink.name }, Number(sink[key]));
    },
  });
}
