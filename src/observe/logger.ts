import { type LevelWithSilent, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { visible } from '../core/visible.js';

export type { Logger };

const LEVELS: readonly LevelWithSilent[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Whether a text is a log level: fatal, error, warn, info, debug, trace or silent. */
export function isLogLevel(text: string): text is LevelWithSilent {
  return (LEVELS as readonly string[]).includes(text);
}

/**
 * Creates a logger that writes to stderr. Never log embeddings or passwords.
 *
 * @param forPeople true: readable lines, false: one JSON object per line; default: true on a terminal
 */
export function createLogger(level: LevelWithSilent, forPeople: boolean = process.stderr.isTTY): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (forPeople) {
    return pino(
      options,
      pretty({
        destination: 2,
        sync: true,
        translateTime: 'SYS:HH:MM:ss',
        ignore: 'hostname,pid',
        singleLine: true,
        // Names of files and answers of servers may contain escapes and line breaks.
        messageFormat: ({ msg }) => visible(String(msg ?? '')),
      }),
    );
  }
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
