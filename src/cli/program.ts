import { CommanderError } from 'commander';
import { describeError, SpotterError } from '../errors.js';
import { buildCommands } from './commands.js';

/** What every command gets beside its own arguments. */
export interface Context {
  /** Aborted when the user wants an end. */
  signal: AbortSignal;
}

/**
 * Runs one command.
 *
 * @returns the exit code: 0 done, 1 the answer is "no", 2 usage or input error, 3 internal fault
 */
export async function runCommandLine(argv: string[], signal: AbortSignal): Promise<number> {
  let exitCode = 0;
  const program = buildCommands({ signal }, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

/** One sentence on stderr; the exit code that goes with it. */
function report(error: unknown): number {
  // Commander has already written its sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SpotterError) {
    process.stderr.write(`spotter: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `spotter: internal error: ${error instanceof Error ? error.stack : describeError(error)}\n`,
  );
  return 3;
}
