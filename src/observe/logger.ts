import { type LevelWithSilent, type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { visible } from '../core/visible.js';
import { LineWriter } from './lineWriter.js';

export type { Logger };

const LEVELS: readonly LevelWithSilent[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Whether a text is a log level: fatal, error, warn, info, debug, trace or silent. */
export function isLogLevel(text: string): text is LevelWithSilent {
  return (LEVELS as readonly string[]).includes(text);
}

/** Where log lines go. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * Creates a logger. Never log embeddings or passwords.
 *
 * @param forPeople true: readable lines, false: one JSON object per line; default: true on a terminal
 * @param destination by default stderr, which blocks while nobody reads it
 */
export function createLogger(
  level: LevelWithSilent,
  forPeople: boolean = process.stderr.isTTY,
  destination: LogDestination = pino.destination({ fd: 2, sync: true }),
): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!forPeople) return pino(options, destination);
  const format = prettyFactory({
    colorize: process.stderr.isTTY,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'hostname,pid',
    singleLine: true,
    // Names of files and answers of servers may contain escapes and line breaks.
    messageFormat: ({ msg }) => visible(String(msg ?? '')),
  });
  return pino(options, { write: (line) => destination.write(format(line)) });
}

/** Most unread log; later lines are lost and counted. */
const MAX_UNREAD_BYTES = 1 << 20;

/** The log of the daemon. Whatever happens to stderr, it neither blocks nor ends the process; lost lines are counted in the log. */
export function createDaemonLog(
  level: LevelWithSilent,
  forPeople: boolean,
): { logger: Logger; lines: LineWriter } {
  const lines = new LineWriter(process.stderr, MAX_UNREAD_BYTES, {
    onResumed: (lost) => logger.warn(`stderr can be written again; ${lost} lines of the log were lost`),
  });
  const logger = createLogger(level, forPeople, lines);
  return { logger, lines };
}
