import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './sink.js';

/** The time of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};
