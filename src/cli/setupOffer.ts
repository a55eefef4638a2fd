import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMap } from 'yaml';
import type { LoadedConfig } from '../config/load.js';
import { pairOf } from '../config/yamlText.js';
import { makePrivateFolder } from '../core/folders.js';
import { packageRoot } from '../core/package.js';
import { programCall } from '../core/programCall.js';
import { parseYaml } from '../core/yamlFaults.js';
import { placeArguments } from './home.js';
import type { CommonOptions } from './options.js';
import { printError } from './print.js';
import { askYesNo, canAsk } from './question.js';

/** In the data folder: that the question has been asked. */
const ASKED = 'setup-asked';

/**
 * Offers `spotter setup` once: at the first `run` on a terminal, when the configuration and the command line choose no models. It
 * runs in a process of its own, because this one goes on to be the daemon.
 *
 * @returns whether the configuration may have changed
 * @throws SpotterError interrupted
 */
export async function offerSetup(
  { config, file }: LoadedConfig,
  options: CommonOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const isChosen = options.detector !== undefined || options.embedder !== undefined;
  if (!canAsk() || !process.stdout.isTTY || options.quiet || isChosen || file === null) return false;
  const mark = path.join(config.data, ASKED);
  if (existsSync(mark) || !statSync(file).isFile() || namesModels(readFileSync(file, 'utf8'))) return false;
  try {
    makePrivateFolder(config.data);
    writeFileSync(mark, '');
  } catch {
    // What cannot be remembered is not asked every time.
    return false;
  }
  const question =
    'The models that come with spotter are small. Measure which better ones this machine has room for (a few seconds)?';
  if (!(await askYesNo(question, signal))) {
    printError(`later: ${programCall()} setup`);
    return false;
  }
  const models = options.models === undefined ? [] : ['--models', options.models];
  const main = path.join(packageRoot, 'dist/src/main.js');
  const child = spawn(process.execPath, [main, 'setup', ...placeArguments(options), ...models], {
    stdio: 'inherit',
  });
  // A failure has been reported by it, and is no reason not to run.
  await once(child, 'close');
  return true;
}

/** Whether the text of a configuration selects a detector or an embedder. */
export function namesModels(text: string): boolean {
  const root = parseYaml(text).document.contents;
  return isMap(root) && ['detector', 'embedder'].some((key) => pairOf(root, key) !== undefined);
}
