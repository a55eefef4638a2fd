// Loaded into a process before anything else: its wall clock is off by as many ms as the file that SPOTTER_TEST_CLOCK
// names says at the moment, as if somebody had set the system's. Timers and the monotonic clock stay as they are.
import { readFileSync } from 'node:fs';

const file = process.env.SPOTTER_TEST_CLOCK;
const now = Date.now;
const moved = () => now() + Number(readFileSync(file, 'utf8'));

globalThis.Date = class extends Date {
  constructor(...given) {
    if (given.length === 0) super(moved());
    else super(...given);
  }
  static now = moved;
};
