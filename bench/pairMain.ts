import { toErrorData } from '../src/core/errors.js';
import { measurePair, type PairTask } from './pairRun.js';
import type { PairMessage } from './pairs.js';

/** Entry of the process that measures one pair. */

const interrupted = new AbortController();
const interrupt = () => interrupted.abort();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
process.once('disconnect', interrupt);

process.once('message', async (task) => {
  const message = await measurePair(task as PairTask, interrupted.signal).then(
    (figures): PairMessage => ({ ok: true, figures }),
    (error: unknown): PairMessage => ({ ok: false, error: toErrorData(error) }),
  );
  if (process.connected) process.send?.(message, undefined, undefined, () => process.disconnect());
});
