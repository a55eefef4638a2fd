import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const PAGE = readFileSync(path.join(root, 'docs/metrics.md'), 'utf8');
const RULES = /```yaml alerts\n(.*?)```/s.exec(PAGE)?.[1] ?? '';
const ALERTS = [...RULES.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** What promtool says of files in a folder that also has the rules. */
function promtool(args: string[], files: Record<string, string> = {}): string {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries({ 'rules.yaml': RULES, ...files }))
    writeFileSync(path.join(cwd, name), text);
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
  return `${status} ${stdout}${stderr}`;
}

/** Series with a value per minute, and the alerts that fire after 20 minutes, each with the label that names what it is about. */
interface Case {
  series: Record<string, string>;
  alerts: string[];
}

const CASES: Record<string, Case> = {
  'a camera that was never up': {
    series: {
      'spotter_camera_up{instance="a",camera="door"}': '0x20',
      'spotter_camera_state{instance="a",camera="door",state="stopped"}': '0x20',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="door"}': '0x20',
    },
    alerts: ['SpotterCameraDown door'],
  },
  'a recording that has ended': {
    series: {
      'spotter_camera_up{instance="a",camera="clip"}': '1x2 0x18',
      'spotter_camera_state{instance="a",camera="clip",state="stopped"}': '0x2 1x18',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="clip"}': '60x20',
    },
    alerts: [],
  },
  'a camera that is up, without frames': {
    series: {
      'spotter_camera_up{instance="a",camera="door"}': '1x20',
      'spotter_camera_last_frame_timestamp_seconds{instance="a",camera="door"}': '60x20',
    },
    alerts: ['SpotterFramesStale door'],
  },
  'the first dead letter and the first replaced engine': {
    series: {
      'spotter_sink_events_total{sink="webhook:home",outcome="dead_letter"}': '0x15 1x5',
      'spotter_engine_restarts_total{cause="engine_died"}': '0x15 1x5',
    },
    alerts: ['SpotterDeadLetters webhook:home', 'SpotterEngineRestarts engine_died'],
  },
};

describe('docs/metrics.md: alerts', () => {
  it.skipIf(!hasPromtool)('pass the check of promtool (Debian: apt-get install prometheus)', () => {
    expect(promtool(['check', 'rules', 'rules.yaml'])).toMatch(/^0 .*SUCCESS: 8 rules found/s);
  });

  it('name metrics that there are', () => {
    const named = new Set(RULES.match(/spotter_\w+/g));
    const documented = new Set(PAGE.slice(PAGE.indexOf('## Reference')).match(/spotter_\w+/g));
    expect([...named].filter((name) => !documented.has(name))).toEqual([]);
  });

  it.skipIf(!hasPromtool).each(Object.entries(CASES))(
    'report what is wrong, and nothing else: %s',
    (_name, { series, alerts }) => {
      const test = {
        interval: '1m',
        input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
        // Says of each that it does not fire, so that promtool lists those that do.
        alert_rule_test: ALERTS.map((alertname) => ({ eval_time: '20m', alertname })),
      };
      const file = stringify({ rule_files: ['rules.yaml'], tests: [test] });
      const output = promtool(['test', 'rules', 'tests.yaml'], { 'tests.yaml': file });
      expect(output).toMatch(alerts.length === 0 ? /^0 .*SUCCESS/s : /^1 .*FAILED/s);
      const fired = [...output.matchAll(/Labels:\{alertname="(\w+)",.*?(?:camera|cause|sink)="([^"]+)"/g)];
      expect(fired.map(([, name, about]) => `${name} ${about}`).sort()).toEqual(alerts);
    },
  );
});
