import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromErrorData, SpotterError, throwIfInterrupted } from '../core/errors.js';
import { compiledFile } from '../core/package.js';
import type { TrialMessage, TrialRequest, TrialResult } from './protocol.js';

/** The compiled program of a trial. */
export const TRIAL_ENTRY: URL = compiledFile('src/compute/trialMain.js');
/** What is kept of the lines that libraries write, characters. */
const KEPT_OUTPUT = 4000;
const MAX_REASON = 200;

/** How a trial is run. */
export interface TrialOptions {
  /** Time limit, ms. */
  limitMs: number;
  signal?: AbortSignal | undefined;
  /** Called when its process starts and ends: it may hang, and must not outlive this one. */
  onProcess?: ((pid: number, running: boolean) => void) | undefined;
  /** Default: {@link TRIAL_ENTRY}. */
  entry?: URL | undefined;
}

/** Result of a trial, or why there is none. */
export type TrialOutcome = { ok: true; result: TrialResult } | { ok: false; why: string };

/**
 * Runs a network on a device in a process of its own, so that a library which crashes or hangs hurts nobody.
 *
 * @throws SpotterError model.* when the network itself is at fault, interrupted
 */
export async function tryOnDevice(
  request: TrialRequest,
  { limitMs, signal, onProcess, entry = TRIAL_ENTRY }: TrialOptions,
): Promise<TrialOutcome> {
  if (signal) throwIfInterrupted(signal);
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  const { pid } = child;
  const kill = () => child.kill('SIGKILL');
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, limitMs);
  signal?.addEventListener('abort', kill, { once: true });
  // May end the trial at once.
  if (pid !== undefined) onProcess?.(pid, true);
  try {
    const { message, output, how } = await endOf(child, request);
    if (signal?.aborted) throw new SpotterError('interrupted', 'interrupted while a device was tried');
    if (message?.kind === 'done') return { ok: true, result: message.result };
    if (message?.kind === 'failed') {
      const error = fromErrorData(message.error);
      if (error.code.startsWith('model.')) throw error;
      return { ok: false, why: shortReason(error.message, output) };
    }
    if (isLate) return { ok: false, why: `it did not finish within ${Math.round(limitMs / 1000)} s` };
    return { ok: false, why: `its library crashed (${how})` };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    if (pid !== undefined) onProcess?.(pid, false);
  }
}

async function endOf(child: ChildProcess, request: TrialRequest) {
  let message: TrialMessage | undefined;
  let output = '';
  child.stderr?.on('data', (data: Buffer) => {
    output = (output + data).slice(-KEPT_OUTPUT);
  });
  child.on('message', (received) => {
    message = received as TrialMessage;
  });
  const how = await new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
    // One that ends before it has read the request is reported by `close`.
    child.send(request, () => {});
  });
  return { message, output, how };
}

/**
 * The reason in what a library says, without paths of its sources, addresses and details for its developers.
 *
 * @param output lines that it has logged: the reason why another library could not be loaded is only there
 */
export function shortReason(text: string, output = ''): string {
  const missing = /with error: (?:\S+: (?=\S+: cannot open))?(.+)/.exec(output);
  if (/shared library/.test(text) && missing) return cut(missing[1]);
  return cut(
    text
      .replace(/^.*? was false\. /s, '')
      .replace(/^\/\S+:\d+ .*?(?=[A-Z]+ failure )/s, '')
      .replace(/\s*;\s*(GPU|hostname|file|line|expr)=.*$/s, ''),
  );
}

function cut(reason: string): string {
  const clean = reason
    .split('\n', 1)[0]
    .replace(/(\/[^\s:/]+)+\/(?=[^\s/]+)/g, '')
    .trim()
    .replace(/\.$/, '');
  return clean.length > MAX_REASON ? `${clean.slice(0, MAX_REASON - 1)}…` : clean;
}
