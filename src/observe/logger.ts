import { type LevelWithSilent, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

const LEVELS: readonly LevelWithSilent[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function isLogLevel(text: string): text is LevelWithSilent {
  return (LEVELS as readonly string[]).includes(text);
}

/** A logger on stderr: readable lines on a terminal, one JSON object a line elsewhere. Never embeddings or passwords. */
export function createLogger(level: LevelWithSilent): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (process.stderr.isTTY) {
    return pino(
      options,
      pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'hostname,pid' }),
    );
  }
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
