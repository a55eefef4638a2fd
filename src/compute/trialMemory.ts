import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../core/folders.js';
import { writePrivateFile } from '../core/privateFile.js';
import type { TrialOutcome } from './deviceTrial.js';

/** Increase with every change of what is stored that an earlier or later version cannot read. */
const FORMAT = 1;
const KEPT = 40;
/** For how long a failure is believed: it may have had a reason that has passed, such as a full memory. */
const FAILURE_MS = 24 * 60 * 60_000;

const count = z.int().min(0);
const result = z.object({
  ran: z.object({ onDevice: count, elsewhere: count, heavyElsewhere: count }),
  similarity: z.number(),
  deviceMs: z.number(),
  cpuMs: z.number(),
  batch: z.int().min(1),
});
const contents = z.object({
  format: z.literal(FORMAT),
  trials: z.array(
    z.object({
      key: z.string(),
      atMs: z.number(),
      outcome: z.discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), result }),
        z.object({ ok: z.literal(false), why: z.string() }),
      ]),
    }),
  ),
});

type Contents = z.output<typeof contents>;

/** Outcomes of earlier trials, in a file, so that only the first start pays for them. A file that is damaged is ignored. */
export class TrialMemory {
  readonly #file: string | null;
  #contents: Contents;

  /** @param folder the data folder; null: nothing is known, and nothing kept */
  constructor(folder: string | null) {
    this.#file = folder === null ? null : path.join(folder, 'compute.json');
    this.#contents = read(this.#file);
  }

  /** The outcome for the same key; null when there is none, or an old failure. */
  recall(parts: readonly unknown[], nowMs = Date.now()): TrialOutcome | null {
    const key = keyOf(parts);
    const trial = this.#contents.trials.find((one) => one.key === key);
    if (!trial || (!trial.outcome.ok && Math.abs(nowMs - trial.atMs) > FAILURE_MS)) return null;
    return trial.outcome;
  }

  /** Stores an outcome. A folder that cannot be written is no fault: the next start tries again. */
  note(parts: readonly unknown[], outcome: TrialOutcome, nowMs = Date.now()): void {
    const key = keyOf(parts);
    const others = this.#contents.trials.filter((one) => one.key !== key);
    this.#contents.trials = [...others, { key, atMs: nowMs, outcome }].slice(-KEPT);
    if (this.#file === null) return;
    try {
      makePrivateFolder(path.dirname(this.#file));
      writePrivateFile(this.#file, `${JSON.stringify(this.#contents)}\n`);
    } catch {
      // Kept for this process.
    }
  }
}

function read(file: string | null): Contents {
  const nothing: Contents = { format: FORMAT, trials: [] };
  if (file === null) return nothing;
  try {
    return contents.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return nothing;
  }
}

function keyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
