import type { FaultRow } from '../../bench/clusterFaults.js';
import type { OverheadResult } from '../../bench/clusterOverhead.js';
import type { ForgetResult, PhotoResult } from '../../bench/clusterPeople.js';
import { FAULTS, type Fault, type Scenario } from '../../bench/faultNames.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench cluster`. */
export interface ClusterBenchOptions extends CommonOptions {
  scenarios: Scenario[];
  rounds: number;
  cameras: number;
  recordings: number;
  fps: number;
  seconds: number;
  json?: boolean;
}

interface Results {
  faults: FaultRow[];
  photo: PhotoResult | null;
  forget: ForgetResult | null;
  overhead: OverheadResult | null;
}

/**
 * `spotter bench cluster`: three nodes and three NATS servers, and what happens to their cameras, events and people.
 *
 * @returns 1 if an event is lost or doubled, a camera is not watched again, or a person is not known or not forgotten
 */
export async function cluster({ signal }: Context, options: ClusterBenchOptions): Promise<number> {
  const { measureFaults } = await import('../../bench/clusterFaults.js');
  const { forgetOnCluster, measurePhotosOnCluster } = await import('../../bench/clusterPeople.js');
  const { overheadOfCluster } = await import('../../bench/clusterOverhead.js');
  const { scenarios, quiet, json } = options;
  const bar = new ProgressBar('scenarios', !quiet);
  let done = 0;
  const onProgress = (text: string) => bar.show(done, scenarios.length, text);
  const context = { ...options, signal, onProgress, onDone: () => done++ };
  const run = async <T>(scenario: Scenario, measure: () => Promise<T>): Promise<T | null> => {
    if (!scenarios.includes(scenario)) return null;
    onProgress(scenario);
    const result = await measure();
    done++;
    return result;
  };
  try {
    const faults = scenarios.filter((scenario): scenario is Fault =>
      FAULTS.some((fault) => fault === scenario),
    );
    const results: Results = {
      faults: faults.length > 0 ? await measureFaults({ ...context, faults }) : [],
      photo: await run('photo', () => measurePhotosOnCluster(context)),
      forget: await run('forget', () => forgetOnCluster(context)),
      overhead: await run('overhead', () => overheadOfCluster(context)),
    };
    bar.stop();
    if (json) printJson(results);
    else printLines(linesOf(results));
    return isRight(results) ? 0 : 1;
  } finally {
    bar.stop();
  }
}

function isRight({ faults, photo, forget }: Results): boolean {
  return (
    faults.every(
      ({ feeds, notBack }) => feeds.lost === 0 && feeds.doubled === 0 && feeds.isSame && notBack === 0,
    ) &&
    (photo?.missed ?? 0) === 0 &&
    forget?.goneMs !== null
  );
}

function linesOf({ faults, photo, forget, overhead }: Results): string[] {
  return [
    ...faults.flatMap(faultLines),
    ...(photo ? photoLines(photo) : []),
    ...(forget ? forgetLines(forget) : []),
    ...(overhead ? overheadLines(overhead) : []),
  ];
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const spread = ({ p50, worst }: { p50: number; worst: number }) =>
  Number.isNaN(p50) ? 'never' : `after ${seconds(p50)}, at the latest ${seconds(worst)}`;

function faultLines({ fault, feeds, backMs, notBack, doubleMs, unwatched }: FaultRow): string[] {
  const merged = Object.entries(feeds.merged).map(([node, count]) => `${node} ${count}`);
  const back = Number.isNaN(backMs.p50) && notBack === 0 ? 'none had to move' : spread(backMs);
  const { count, longestMs, unreported } = unwatched;
  return [
    fault,
    `  events            ${feeds.own} seen; served by ${merged.join(', ')}${feeds.isSame ? '' : '; not the same on all'}`,
    `  lost              ${[feeds.lost, ...feeds.lostEvents].join('; ')}`,
    `  doubled           ${feeds.doubled}`,
    `  fenced            ${feeds.fenced}`,
    `  cameras back      ${back}${notBack > 0 ? `; ${notBack} not back` : ''}`,
    `  not watched       ${count} times, ${seconds(longestMs)} at most; ${count - unreported.length} reported in gaps`,
    ...unreported.map(
      ({ camera, fromMs, toMs }) =>
        `                    not reported: ${camera} for ${seconds(toMs - fromMs)}`,
    ),
    `  watched by two    ${seconds(doubleMs)} by connections, ${seconds(feeds.overlapMs)} by events`,
  ];
}

function photoLines({ rounds, knownMs, namedMs, missed }: PhotoResult): string[] {
  return [
    `photo, ${rounds} added on one node`,
    `  in use on others  ${spread(knownMs)}`,
    `  name in an event  ${spread(namedMs)}`,
    `  missed            ${missed}`,
  ];
}

function forgetLines({ removed, commandMs, goneMs, left }: ForgetResult): string[] {
  const gone = goneMs === null ? `no: ${left.slice(0, 5).join(', ')}` : `after ${seconds(goneMs)}`;
  return [
    'forget',
    `  command took      ${seconds(commandMs)}`,
    `  removed in NATS   ${removed} messages`,
    `  last byte gone    ${gone}`,
  ];
}

function overheadLines({ cores, latencyMs, publishingMs, added }: OverheadResult): string[] {
  const list = (values: readonly number[], digits: number) =>
    values.map((value) => value.toFixed(digits)).join(', ');
  const line = (of: 'alone' | 'inCluster') =>
    `${list(cores[of], 3)} cores; p50 of capture to event ${list(latencyMs[of], 0)} ms; publishing ${list(publishingMs[of], 1)} ms`;
  return [
    'overhead of one node',
    `  alone             ${line('alone')}`,
    `  in a cluster      ${line('inCluster')}`,
    `  added             ${(100 * added.cores).toFixed(1)} % of a core; ${added.latencyMs.toFixed(1)} ms; publishing ${added.publishingMs.toFixed(1)} ms`,
  ];
}
