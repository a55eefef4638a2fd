import { LogThrottle } from '../core/logThrottle.js';
import type { Logger } from '../observe/logger.js';

const EVERY_MS = 60_000;

/** Logs a warning that may repeat, at most once a minute. */
export function throttledWarning(logger: Logger): (message: string) => void {
  const throttle = new LogThrottle(EVERY_MS, (message) => logger.warn(message));
  return (message) => throttle.add(message);
}
