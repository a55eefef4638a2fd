import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { mergeExpositions } from '../../src/observe/mergedExposition.js';

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
const histogram = (count: number) => `# HELP spotter_stage_seconds Time per stage.
# TYPE spotter_stage_seconds histogram
spotter_stage_seconds_bucket{le="0.1",camera="a,node=\\"b"} ${count}
spotter_stage_seconds_bucket{le="+Inf",camera="a,node=\\"b"} ${count}
spotter_stage_seconds_sum{camera="a,node=\\"b"} 1
spotter_stage_seconds_count{camera="a,node=\\"b"} ${count}
# HELP spotter_build_info Versions.
# TYPE spotter_build_info gauge
spotter_build_info{version="1",node="20.20.0"} 1
`;

describe('mergeExpositions', () => {
  it('has each family once, every series with its node, and who is missing', () => {
    const more = '# HELP spotter_nodes Nodes.\n# TYPE spotter_nodes gauge\nspotter_nodes 3\n';
    const text = mergeExpositions([
      { node: 'a', text: histogram(1) },
      { node: 'b', text: more + histogram(2) },
      { node: 'c', text: null },
    ]);
    const lines = text.split('\n');
    expect(lines.filter((line) => line.startsWith('# TYPE'))).toEqual([
      '# TYPE spotter_stage_seconds histogram',
      '# TYPE spotter_build_info gauge',
      '# TYPE spotter_nodes gauge',
      '# TYPE spotter_cluster_scrape_up gauge',
    ]);
    expect(lines).toContain('spotter_nodes{node="b"} 3');
    expect(lines).toContain('spotter_build_info{node="a",version="1",exported_node="20.20.0"} 1');
    expect(lines).toContain('spotter_stage_seconds_count{node="b",camera="a,node=\\"b"} 2');
    expect(lines.filter((line) => line.startsWith('spotter_cluster_scrape_up'))).toEqual([
      'spotter_cluster_scrape_up{node="a"} 1',
      'spotter_cluster_scrape_up{node="b"} 1',
      'spotter_cluster_scrape_up{node="c"} 0',
    ]);
    const last = lines.findLastIndex((line) => line.startsWith('spotter_stage_seconds'));
    const first = lines.findIndex((line) => line.startsWith('spotter_stage_seconds'));
    expect(last - first + 1).toBe(8);
  });

  it.skipIf(!hasPromtool)('passes the check of promtool', () => {
    const input = mergeExpositions([
      { node: 'a', text: histogram(1) },
      { node: 'b', text: histogram(2) },
    ]);
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).not.toMatch(/error|duplicate/i);
  });
});
