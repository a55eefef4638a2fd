import { createRequire } from 'node:module';
import { type LevelWithSilent, type Logger, pino } from 'pino';
import { hasColours } from '../core/terminal.js';
import { visible } from '../core/visible.js';
import { type LineOutput, logOutput } from './lineOutput.js';

export type { Logger };

const LEVELS: readonly LevelWithSilent[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Whether a text is a log level: fatal, error, warn, info, debug, trace or silent. */
export function isLogLevel(text: string): text is LevelWithSilent {
  return (LEVELS as readonly string[]).includes(text);
}

/**
 * Creates a logger that never waits for its output and reports lines that were lost once it can. Never log embeddings or
 * passwords.
 *
 * @param forPeople true: readable lines, false: one JSON object per line; default: true on a terminal
 * @param output where the lines go; default stderr
 */
export function createLogger(
  level: LevelWithSilent,
  forPeople: boolean = process.stderr.isTTY,
  output: LineOutput = logOutput(),
): Logger {
  const format = forPeople ? readable() : (line: string) => line;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // A word instead of pino's number.
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => output.write(format(line)) },
  );
  output.watch({
    onFault: () => {},
    onRecovered: (lost, reason) => {
      if (lost > 0) logger.warn({ lost }, `lines of the log were lost, because of stderr: ${reason}`);
    },
  });
  return logger;
}

/** @returns what makes a readable line of one of pino */
function readable(): (line: string) => string {
  // Loaded only when used: most processes write to no terminal.
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  return prettyFactory({
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'hostname,pid',
    singleLine: true,
    colorize: hasColours(process.stderr),
    // Names of files and answers of servers may contain escapes and line breaks.
    messageFormat: ({ msg }) => visible(String(msg ?? '')),
  });
}
