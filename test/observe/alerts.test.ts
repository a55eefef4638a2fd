import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../helpers/paths.js';
import { monitoringFolder } from '../helpers/prometheus.js';
import { temporaryFolder } from '../helpers/temporary.js';

interface Rule {
  alert?: string;
  record?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface Dashboard {
  schemaVersion: number;
  templating: { list: { name: string }[] };
  panels: {
    id: number;
    gridPos: Record<'x' | 'y' | 'w' | 'h', number>;
    datasource?: { uid: string };
    targets?: { datasource: { uid: string } }[];
  }[];
}

const textOf = (name: string) => readFileSync(path.join(monitoringFolder, name), 'utf8');
const rulesOf = (name: string) =>
  (parse(textOf(name)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const FILES = ['alerts.yaml', 'recording.yaml', 'prometheus.yml'];
const ALERTS = rulesOf('alerts.yaml');
const PAGE = readFileSync(path.join(root, 'docs/monitoring.md'), 'utf8');
const METRICS = readFileSync(path.join(root, 'docs/metrics.md'), 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** What promtool says of files in a folder that also has the rules. */
function promtool(args: string[], files: Record<string, string> = {}): string {
  const cwd = temporaryFolder();
  const all = { ...Object.fromEntries(FILES.map((name) => [name, textOf(name)])), ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(path.join(cwd, name), text);
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
  return `${status} ${stdout}${stderr}`;
}

/** Series with a value per minute, and the alerts that fire after 30 minutes, each with the label that names what it is about. */
interface Case {
  series: Record<string, string>;
  alerts: string[];
}

const CASES: Record<string, Case> = {
  'a daemon that does not answer': {
    series: { 'up{job="spotter",instance="a"}': '1x2 0x28' },
    alerts: ['SpotterDown a'],
  },
  'a camera that was never up': {
    series: {
      'spotter_camera_up{instance="a",camera="door"}': '0x30',
      'spotter_camera_state{instance="a",camera="door",state="stopped"}': '0x30',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="door"}': '0x30',
    },
    alerts: ['SpotterCameraDown door'],
  },
  'a recording that has ended': {
    series: {
      'spotter_camera_up{instance="a",camera="clip"}': '1x2 0x28',
      'spotter_camera_state{instance="a",camera="clip",state="stopped"}': '0x2 1x28',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="clip"}': '60x30',
    },
    alerts: [],
  },
  'a camera that is up, without frames': {
    series: {
      'spotter_camera_up{instance="a",camera="door"}': '1x30',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="door"}': '60x30',
    },
    alerts: ['SpotterFramesStale door'],
  },
  'one event in ten that takes more than two seconds, and one camera that is quick': {
    series: {
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="door",le="0.1"}': '0+9x30',
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="door",le="2.5"}': '0+9x30',
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="door",le="5"}': '0+10x30',
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="door",le="+Inf"}': '0+10x30',
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="yard",le="0.1"}': '0+10x30',
      'spotter_capture_to_event_seconds_bucket{instance="a",camera="yard",le="+Inf"}': '0+10x30',
    },
    alerts: ['SpotterEventsLate door'],
  },
  'a camera of which two thirds of the frames are dropped, and one that drops few or is idle': {
    series: {
      'spotter_frames_total{instance="a",camera="door",outcome="dropped"}': '0+20x30',
      'spotter_frames_total{instance="a",camera="door",outcome="processed"}': '0+10x30',
      'spotter_frames_total{instance="a",camera="yard",outcome="dropped"}': '0+1x30',
      'spotter_frames_total{instance="a",camera="yard",outcome="processed"}': '0+10x30',
      'spotter_frames_total{instance="a",camera="idle",outcome="dropped"}': '0x30',
      'spotter_frames_total{instance="a",camera="idle",outcome="processed"}': '0x30',
    },
    alerts: ['SpotterFramesDropped door'],
  },
  'the first dead letter and the first replaced engine': {
    series: {
      'spotter_sink_events_total{sink="webhook:home",outcome="dead_letter"}': '0x25 1x5',
      'spotter_engine_restarts_total{cause="engine_died",instance="a"}': '0x25 1x5',
    },
    alerts: ['SpotterDeadLetters webhook:home', 'SpotterEngineRestarts engine_died'],
  },
  'an engine that is replaced every two minutes': {
    series: { 'spotter_engine_restarts_total{cause="engine_hung",instance="a"}': '0+0.5x30' },
    alerts: ['SpotterEngineFailing a', 'SpotterEngineRestarts engine_hung'],
  },
  'an empty gallery': {
    series: {
      'spotter_gallery_people{instance="a"}': '0x30',
      'spotter_gallery_people{instance="b"}': '2x30',
    },
    alerts: ['SpotterGalleryEmpty a'],
  },
  'a sink that is down, and one that is behind': {
    series: {
      'spotter_sink_up{instance="a",sink="mqtt"}': '0x30',
      'spotter_sink_up{instance="a",sink="webhook:home"}': '1x30',
      'spotter_sink_lag_events{instance="a",sink="mqtt"}': '5x30',
      'spotter_sink_lag_events{instance="a",sink="webhook:home"}': '500x30',
    },
    alerts: ['SpotterSinkBehind webhook:home', 'SpotterSinkDown mqtt'],
  },
  'a log that cannot be written, and one that has lost events': {
    series: {
      'spotter_log_writable{instance="a"}': '1x25 0x5',
      'spotter_log_writable{instance="b"}': '1x30',
      'spotter_events_lost_total{instance="b"}': '0x25 3x5',
    },
    alerts: ['SpotterLogNotWritable a', 'SpotterLogNotWritable b'],
  },
  'passwords that are tried, and one that is wrong': {
    series: {
      'spotter_sign_ins_total{instance="a",outcome="limited"}': '0x25 4x5',
      'spotter_sign_ins_total{instance="b",outcome="refused"}': '0x25 1x5',
    },
    alerts: ['SpotterSignInsLimited a'],
  },
  'a cluster that has lost a node, and one of a node that was always alone': {
    series: {
      'spotter_cluster_nodes{job="home",instance="a"}': '3x20 2x10',
      'spotter_cluster_nodes{job="home",instance="b"}': '3x20 1x10',
      'spotter_cluster_nodes{job="shop",instance="c"}': '1x30',
      'spotter_cluster_up{job="home",instance="a"}': '1x30',
      'spotter_cluster_up{job="home",instance="b"}': '1x30',
      'spotter_cluster_up{job="shop",instance="c"}': '1x30',
    },
    alerts: ['SpotterClusterNodeLost home'],
  },
  'nodes without NATS, one that is behind, and cameras that nobody watches': {
    series: {
      'spotter_cluster_up{instance="a",job="home"}': '1x20 0x10',
      'spotter_cluster_up{instance="b",job="home"}': '1x20 0x10',
      'spotter_cluster_nodes{instance="a",job="home"}': '2x20 0x10',
      'spotter_cluster_outbox_events{instance="a",job="home"}': '0x15 5000x15',
      'spotter_cluster_feed_lag_events{instance="b",job="home"}': '10x30',
      'spotter_cluster_cameras_unwatched{instance="a",job="home"}': '0x20 4x10',
      'spotter_cluster_cameras_unwatched{instance="b",job="home"}': '0x30',
    },
    alerts: [
      'SpotterClusterBehind a',
      'SpotterClusterCameraUnwatched home',
      'SpotterClusterNatsAway a',
      'SpotterClusterNatsAway b',
    ],
  },
  'lines that nobody takes': {
    series: { 'spotter_output_lines_lost_total{instance="a",stream="stdout"}': '0x25 3x5' },
    alerts: ['SpotterLinesLost stdout'],
  },
};

describe('docs/monitoring: alerts and recording rules', () => {
  it.skipIf(!hasPromtool)('pass the check of promtool (Debian: apt-get install prometheus)', () => {
    const checked = promtool(['check', 'config', 'prometheus.yml']);
    expect(checked).toMatch(/^0 .*SUCCESS: 18 rules found.*SUCCESS: 6 rules found/s);
  });

  it.each(ALERTS.map((rule) => [rule.alert ?? '', rule] as const))(
    'say how bad it is and what to do, with a runbook: %s',
    (name, { labels, annotations }) => {
      expect(['critical', 'warning', 'info']).toContain(labels?.severity);
      expect(annotations).toEqual({
        summary: expect.stringMatching(/\.$/),
        description: expect.stringMatching(/\.$/),
        runbook_url: `docs/monitoring.md#${name.toLowerCase()}`,
      });
      const section = PAGE.split(/^### /m).find((text) => text.startsWith(`${name}\n`));
      expect(section).toContain(`\`severity: ${labels?.severity}\``);
    },
  );

  it('name metrics that there are', () => {
    const rules = FILES.map(textOf).join('\n') + textOf('dashboard.json');
    const named = new Set(rules.match(/(?<![\w:])spotter_\w+/g));
    const documented = new Set(METRICS.match(/spotter_\w+/g));
    const missing = [...named].filter((name) => {
      const plain = name.replace(/_(bucket|sum|count)$/, '');
      return !documented.has(name) && !documented.has(plain);
    });
    expect(missing).toEqual([]);
  });

  it('come with a dashboard whose panels do not overlap and leave the data source open', () => {
    const { panels, templating, schemaVersion } = JSON.parse(textOf('dashboard.json')) as Dashboard;
    expect(schemaVersion).toBe(42);
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance', 'camera']);
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const sources = panels.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((one) => one.datasource),
    ]);
    expect(new Set(sources.flatMap((source) => source?.uid ?? []))).toEqual(new Set(['${datasource}']));
  });

  it.skipIf(!hasPromtool).each(Object.entries(CASES))(
    'report what is wrong, and nothing else: %s',
    (_name, { series, alerts }) => {
      const test = {
        interval: '1m',
        input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
        // Says of each that it does not fire, so that promtool lists those that do.
        alert_rule_test: ALERTS.map(({ alert }) => ({ eval_time: '30m', alertname: alert })),
      };
      const file = stringify({ rule_files: ['alerts.yaml'], tests: [test] });
      const output = promtool(['test', 'rules', 'tests.yaml'], { 'tests.yaml': file });
      expect(output).toMatch(alerts.length === 0 ? /^0 .*SUCCESS/s : /^1 .*FAILED/s);
      const fired = [...output.matchAll(/Labels:\{alertname="(\w+)"(.*?)\}/g)].map(([, name, labels]) => {
        const about = ['camera', 'cause', 'sink', 'stream', 'instance', 'job'].flatMap(
          (label) => new RegExp(` ${label}="([^"]+)"`).exec(labels)?.[1] ?? [],
        );
        return `${name} ${about[0]}`;
      });
      expect(fired.sort()).toEqual(alerts);
    },
  );

  it.skipIf(!hasPromtool)('record rates, shares and quantiles per camera', () => {
    const sample = (expr: string, value: number) => ({
      ...{ expr, eval_time: '20m' },
      exp_samples: [{ labels: expr, value }],
    });
    const camera = 'camera="door",instance="a",job="spotter"';
    const frames = (outcome: string) => `spotter_frames_total{${camera},outcome="${outcome}"}`;
    const bucket = (le: string) => `spotter_capture_to_event_seconds_bucket{${camera},le="${le}"}`;
    const test = {
      interval: '15s',
      input_series: [
        { series: frames('processed'), values: '0+60x100' },
        { series: frames('dropped'), values: '0+20x100' },
        { series: bucket('1'), values: '0+10x100' },
        { series: bucket('+Inf'), values: '0+10x100' },
        { series: `spotter_events_total{${camera},kind="match"}`, values: '0x60 1x40' },
      ],
      promql_expr_test: [
        sample(`camera:spotter_frames_processed:rate1m{${camera}}`, 4),
        sample(`camera:spotter_frames_dropped:share5m{${camera}}`, 0.25),
        {
          // Whole numbers, since promtool compares exactly.
          expr: 'round(camera:spotter_capture_to_event_seconds:p95_5m * 20)',
          ...{ eval_time: '20m', exp_samples: [{ labels: `{${camera}}`, value: 19 }] },
        },
      ],
    };
    const file = stringify({ rule_files: ['recording.yaml'], evaluation_interval: '15s', tests: [test] });
    expect(promtool(['test', 'rules', 'tests.yaml'], { 'tests.yaml': file })).toMatch(/^0 .*SUCCESS/s);
  });
});
