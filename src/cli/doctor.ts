import { arch, cpus, release, totalmem, type } from 'node:os';
import { styleText } from 'node:util';
import { hasGap } from '../config/gaps.js';
import type { IncompleteConfig } from '../config/load.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError, throwIfInterrupted } from '../core/errors.js';
import { packageVersion } from '../core/package.js';
import { plural } from '../core/plural.js';
import { textMasker } from '../core/secrets.js';
import { visible } from '../core/visible.js';
import { checkCameras } from '../doctor/cameraChecks.js';
import { checkCluster } from '../doctor/clusterCheck.js';
import { checkCompute } from '../doctor/computeCheck.js';
import { checkFiles } from '../doctor/fileChecks.js';
import { type Finding, findingsOf } from '../doctor/finding.js';
import { checkMachine } from '../doctor/machineChecks.js';
import { checkNetwork } from '../doctor/networkChecks.js';
import { NOT_TRIED } from '../doctor/notTried.js';
import { checkPeople } from '../doctor/peopleCheck.js';
import { glanceAtCluster } from '../supervisor/clusterGlance.js';
import { nodeName } from '../supervisor/clusterHost.js';
import { knownInstallation } from '../supervisor/installation.js';
import type { Context } from './context.js';
import { runningDaemon } from './daemonClient.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printStyled, printToStderr } from './print.js';
import { wrapped } from './wrap.js';

const COLOURS = { ok: 'green', warning: 'yellow', fault: 'red' } as const;

/**
 * `spotter doctor`: checks everything that spotter needs, and says what to do. Nothing is changed, and no event is sent.
 *
 * @returns 1 if there is a fault
 */
export async function doctor(
  { signal }: Context,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  if (!options.quiet && !options.json) printToStderr('checking; cameras take some seconds ...');
  const { findings, secrets, isRunning } = await examine(options, signal);
  throwIfInterrupted(signal);
  const mask = textMasker(secrets);
  const shown = findings.map((finding) => ({ ...finding, message: mask(finding.message) }));
  const count = (state: Finding['state']) => shown.filter((finding) => finding.state === state).length;
  const [faults, warnings] = [count('fault'), count('warning')];
  const machine = `${type()} ${release()} ${arch()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  if (options.json)
    printJson({ spotter: packageVersion, machine, isRunning, faults, warnings, findings: shown });
  else {
    const running = isRunning ? ', the daemon is running' : '';
    printStyled([`spotter ${packageVersion} on ${visible(machine)}${running}`, ...tableOf(shown)]);
    printStyled([`${plural(faults, 'fault')}, ${plural(warnings, 'warning')}`]);
  }
  return faults > 0 ? 1 : 0;
}

async function examine(
  options: CommonOptions,
  signal: AbortSignal,
): Promise<{ findings: Finding[]; secrets: readonly string[]; isRunning: boolean }> {
  let loaded: IncompleteConfig;
  try {
    loaded = incompleteConfigOf(options, CONNECTIONS);
  } catch (error) {
    if (!(error instanceof SpotterError) || error.code === 'usage') throw error;
    // Its message is masked already. What needs a configuration is not checked.
    const lines = error.message.split('\n');
    // The first of several only counts them.
    const invalid = lines.slice(lines.length > 1 ? 1 : 0).map(findingsOf('configuration').fault);
    return { findings: [...(await checkMachine()), ...invalid], secrets: [], isRunning: false };
  }
  const daemon = await runningDaemon(loaded.config.data, signal);
  const isRunning = daemon !== null;
  const groups = await Promise.all([
    checkMachine(),
    checkFiles(loaded, options.models, isRunning),
    checkCompute(loaded.config, options.models, signal),
    checkNetwork(loaded, daemon?.address ?? null, signal),
    checkPeople(loaded.config),
    clusterFindings(loaded),
    checkCameras(loaded, daemon?.cameras ?? null, signal),
  ]);
  return { findings: groups.flat(), secrets: loaded.secrets, isRunning };
}

/** None without a cluster. */
async function clusterFindings({ config, gaps }: IncompleteConfig): Promise<Finding[]> {
  const { cluster, data } = config;
  if (cluster.servers.length === 0) return [];
  if (hasGap(cluster, gaps)) return [findingsOf('cluster', { key: 'cluster' }).warning(NOT_TRIED)];
  const own = { cluster: cluster.name, node: nodeName(cluster), installation: knownInstallation(data) };
  return checkCluster(own, () => glanceAtCluster(config));
}

function tableOf(findings: readonly Finding[]): string[] {
  const names = findings.map(({ check, subject }) =>
    visible(subject === null ? check : `${check} ${subject}`),
  );
  const width = Math.max(...names.map(({ length }) => length));
  const room = process.stdout.isTTY ? process.stdout.columns - width - 11 : Number.POSITIVE_INFINITY;
  return findings.flatMap(({ state, message }, index) => {
    const [first, ...more] = wrapped(visible(message), room);
    const word = state.padEnd(7);
    const painted = process.stdout.isTTY ? styleText(COLOURS[state], word) : word;
    return [
      `${painted}  ${names[index].padEnd(width)}  ${first}`,
      ...more.map((line) => `${' '.repeat(width + 11)}${line}`),
    ];
  });
}
