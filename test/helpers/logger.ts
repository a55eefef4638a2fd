import { pino } from 'pino';
import type { Logger } from '../../src/observe/logger.js';

/** A logger, and the messages that it has logged so far, in order. */
export interface RecordedLog {
  logger: Logger;
  messages: string[];
}

export function recordedLog(): RecordedLog {
  const messages: string[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line: string) => void messages.push(JSON.parse(line).msg) },
  );
  return { logger, messages };
}
