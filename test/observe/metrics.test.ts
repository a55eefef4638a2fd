import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type MetricSources, Metrics } from '../../src/observe/metrics.js';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { spotterEvent } from '../helpers/events.js';
import { openTrack } from '../helpers/tracks.js';

const report: FrameReport = {
  camera: 'door',
  mediaTimeMs: 0,
  outcome: 'processed',
  dropped: null,
  unchanged: false,
  stageMs: { queue: 1, detect: 10, track: 0.1, total: 12 },
  verdicts: [
    { kind: 'unknown', match: null },
    { kind: 'unusable', reason: 'blurred' },
  ],
  tracks: [openTrack('door-1'), openTrack('door-2')],
  embedded: 1,
  size: null,
};

function filled(cluster: MetricSources['cluster'] = null): Metrics {
  const metrics = new Metrics({
    version: '0.1.0',
    onnxruntime: () => '1.2.3',
    placements: () => [
      { network: 'detector', provider: 'cuda', device: 1, batch: 8 },
      { network: 'embedder', provider: 'cpu', device: null, batch: 1 },
    ],
    engine: () => ({ utilization: 0.5, residentBytes: 1e8, cpuSeconds: 3 }),
    wsClients: () => 3,
    liveViewers: () => 2,
    inWork: () => [['door', 1]],
    gallery: () => ({ people: 2, used: 5, unusable: 1 }),
    openVisits: () => 4,
    sinks: () => [{ name: 'mqtt', up: true, lag: 4 }],
    lostLines: () => ({ stdout: 7, stderr: 2 }),
    signIns: () => ({ accepted: 3, refused: 1, limited: 0 }),
    log: () => ({ sizeBytes: 65_536, waiting: 2, isWritable: true }),
    cluster,
  });
  metrics.cameraState('door', 'live');
  metrics.frame(report);
  metrics.event(spotterEvent());
  metrics.eventLatency({ camera: 'door', id: '01JABC', seq: 7 }, 0.04);
  metrics.cameraRestarted('door', 'video.killed');
  metrics.galleryRead(0.2);
  metrics.decoded('door', 12);
  metrics.wsClosed('slow');
  metrics.snapshot('stored', 90_000);
  metrics.snapshot('failed', null);
  metrics.sinkObserver.onEvent('mqtt', 'delivered');
  metrics.sinkObserver.onRetry('mqtt');
  metrics.eventPublished(0.004);
  metrics.eventLost();
  metrics.eventsRemoved(7);
  return metrics;
}

describe('Metrics', () => {
  it('exposes the names and labels of the contract', async () => {
    const { body } = await filled().expose();
    for (const line of [
      'spotter_frames_total{camera="door",outcome="processed"} 1',
      'spotter_stage_seconds_count{camera="door",stage="detect"} 1',
      'spotter_stage_seconds_bucket{le="0.01",camera="door",stage="detect"} 1',
      'spotter_capture_to_event_seconds_sum{camera="door"} 0.04',
      'spotter_faces_total{camera="door",verdict="unknown"} 1',
      'spotter_faces_unusable_total{camera="door",reason="blurred"} 1',
      'spotter_events_total{camera="door",kind="match"} 1',
      'spotter_tracks{camera="door"} 2',
      'spotter_frames_decoded_total{camera="door"} 12',
      'spotter_frames_in_work{camera="door"} 1',
      'spotter_camera_up{camera="door"} 1',
      'spotter_camera_restarts_total{camera="door",reason="video.killed"} 1',
      'spotter_gallery_people 2',
      'spotter_gallery_photos{state="used"} 5',
      'spotter_gallery_photos{state="unusable"} 1',
      'spotter_gallery_reload_seconds 0.2',
      'spotter_ws_clients 3',
      'spotter_sign_ins_total{outcome="refused"} 1',
      'spotter_live_viewers 2',
      'spotter_event_publish_seconds_sum 0.004',
      'spotter_events_lost_total 1',
      'spotter_events_removed_total 7',
      'spotter_events_waiting 2',
      'spotter_log_size_bytes 65536',
      'spotter_log_writable 1',
      'spotter_ws_closed_total{reason="slow"} 1',
      'spotter_worker_utilization 0.5',
      'spotter_visits_open 4',
      'spotter_snapshots_total{outcome="stored"} 1',
      'spotter_snapshots_total{outcome="failed"} 1',
      'spotter_snapshot_bytes_sum 90000',
      'spotter_sink_events_total{sink="mqtt",outcome="delivered"} 1',
      'spotter_sink_retries_total{sink="mqtt"} 1',
      'spotter_sink_up{sink="mqtt"} 1',
      'spotter_sink_lag_events{sink="mqtt"} 4',
      'spotter_output_lines_lost_total{stream="stdout"} 7',
      'spotter_output_lines_lost_total{stream="stderr"} 2',
      'spotter_compute_info{network="detector",provider="cuda",device="1",batch="8"} 1',
      'spotter_compute_info{network="embedder",provider="cpu",device="",batch="1"} 1',
      `spotter_build_info{version="0.1.0",node="${process.versions.node}",onnxruntime="1.2.3"} 1`,
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    expect(body).toMatch(/^spotter_camera_last_frame_timestamp_seconds\{camera="door"\} 1[0-9.]+/m);
    expect(body).toMatch(/^process_resident_memory_bytes /m);
  });

  it('has every series of a configured camera and sink from the start, and keeps what was counted', async () => {
    const metrics = filled();
    metrics.cameraState('gate', 'connecting');
    metrics.sinkObserver.onAdded('webhook:home');
    metrics.sinkObserver.onAdded('mqtt');
    const { body } = await metrics.expose();
    const lines = body.split('\n');
    for (const line of [
      'spotter_camera_up{camera="gate"} 0',
      'spotter_camera_state{camera="gate",state="connecting"} 1',
      'spotter_camera_last_frame_timestamp_seconds{camera="gate"} 0',
      'spotter_frames_total{camera="gate",outcome="failed"} 0',
      'spotter_frames_dropped_total{camera="gate",reason="stale"} 0',
      'spotter_frames_decoded_total{camera="gate"} 0',
      'spotter_faces_total{camera="gate",verdict="known"} 0',
      'spotter_faces_unusable_total{camera="gate",reason="blurred"} 0',
      'spotter_events_total{camera="gate",kind="match"} 0',
      'spotter_tracks{camera="gate"} 0',
      'spotter_camera_restarts_total{camera="gate",reason="camera.unreachable"} 0',
      'spotter_engine_restarts_total{cause="engine_hung"} 0',
      'spotter_sink_events_total{sink="webhook:home",outcome="dead_letter"} 0',
      'spotter_sink_retries_total{sink="webhook:home"} 0',
      'spotter_sink_events_total{sink="mqtt",outcome="delivered"} 1',
      'spotter_events_total{camera="door",kind="match"} 1',
    ])
      expect(lines).toContain(line);
    metrics.cameraRemoved('gate');
    expect((await metrics.expose()).body).not.toMatch(/^spotter_camera_(?!restarts)\w+\{camera="gate"/m);
  });

  it('has the id of an event behind each latency in OpenMetrics, and the plain text stays as it is', async () => {
    const metrics = filled();
    const plain = (await metrics.expose('text/plain')).body;
    const open = await metrics.expose('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    expect(open.contentType).toMatch(/^application\/openmetrics-text/);
    expect(open.body).toMatch(
      /^spotter_capture_to_event_seconds_bucket\{le="[\d.]+",camera="door"\} 1 # \{event_id="01JABC",seq="7"\} [\d.]+ \d/m,
    );
    expect(open.body).toContain('# TYPE spotter_events counter\nspotter_events_total{');
    expect(open.body).toMatch(/\n# EOF\n$/);
    const own = (text: string) => text.split('\n').filter((line) => /spotter_/.test(line));
    expect(own((await metrics.expose()).body)).toEqual(own(plain));
    expect(plain).not.toContain('event_id');
  });

  it('passes the linter of Prometheus', async (context) => {
    if (spawnSync('promtool', ['--version']).error)
      context.skip('needs promtool (Debian: apt-get install prometheus)');
    const { body } = await filled().expose();
    const own = body
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?spotter_/.test(line))
      .join('\n');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: `${own}\n`,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  it('shows no tracks for a camera that is not live', async () => {
    const metrics = filled();
    metrics.cameraState('door', 'stalled');
    const { body } = await metrics.expose();
    expect(body).toContain('spotter_camera_up{camera="door"} 0');
    expect(body).toContain('spotter_camera_state{camera="door",state="stalled"} 1');
    expect(body).toContain('spotter_camera_state{camera="door",state="live"} 0');
    expect(body).toContain('spotter_tracks{camera="door"} 0');
  });
});

describe('the metrics of a node of a cluster', () => {
  const cluster = () => ({
    ...{ isUp: true, nodes: 3, cameras: 4, unwatched: 1, isSender: false },
    ...{ lag: { outbox: 5, feed: 6 }, natsLosses: 2, leaseLosses: 3, clockOffsetMs: -1500 },
  });

  it('are there in a cluster alone', async () => {
    expect((await filled().expose()).body).not.toContain('spotter_cluster');
    const { body } = await filled(cluster).expose();
    expect(body.match(/^spotter_cluster_.*$/gm)).toEqual([
      'spotter_cluster_up 1',
      'spotter_cluster_nodes 3',
      'spotter_cluster_cameras 4',
      'spotter_cluster_cameras_unwatched 1',
      'spotter_cluster_sender 0',
      'spotter_cluster_outbox_events 5',
      'spotter_cluster_feed_lag_events 6',
      'spotter_cluster_clock_offset_seconds -1.5',
      'spotter_cluster_nats_losses_total 2',
      'spotter_cluster_lease_losses_total 3',
    ]);
  });
});
