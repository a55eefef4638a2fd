import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TrialResult } from '../../src/compute/protocol.js';
import { temporaryFolder } from './temporary.js';

export const GOOD: TrialResult = {
  ran: { onDevice: 40, elsewhere: 2, heavyElsewhere: 0 },
  similarity: 0.99999,
  deviceMs: 1,
  cpuMs: 20,
  batch: 8,
};

/** Stands in for the process of a trial. */
export interface TrialStandIn {
  entry: URL;
  /** The requests that its processes have got. */
  requests: () => { device: { provider: string; number: number | null }; file: string }[];
}

/**
 * A program that plays the process of a trial: notes each request and then does what the code says.
 *
 * @param code runs with `request`; `report(message)` sends a message to the parent
 */
export function trialStandIn(code: string): TrialStandIn {
  const folder = temporaryFolder();
  const [file, log] = [path.join(folder, 'standIn.mjs'), path.join(folder, 'requests')];
  writeFileSync(log, '');
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs';
const report = (message) => process.send(message, undefined, undefined, () => process.disconnect());
process.once('message', (request) => {
  appendFileSync(${JSON.stringify(log)}, JSON.stringify(request) + '\\n');
  ${code}
});`,
  );
  return {
    entry: pathToFileURL(file),
    requests: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}

/** One that reports a result. */
export function trialWith(result: Partial<TrialResult>): TrialStandIn {
  return trialStandIn(`report(${JSON.stringify({ kind: 'done', result: { ...GOOD, ...result } })});`);
}

/** One that reports what a library has thrown. */
export function trialThrowing(message: string, code = 'compute.failed'): TrialStandIn {
  return trialStandIn(`report(${JSON.stringify({ kind: 'failed', error: { code, message } })});`);
}
