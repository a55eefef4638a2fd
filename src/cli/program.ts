import { tmpdir } from 'node:os';
import { Argument, Command, CommanderError, Option } from 'commander';
import { hasErrno, SpotterError } from '../core/errors.js';
import { packageVersion } from '../core/package.js';
import { visible } from '../core/visible.js';
import { COMMANDS, GROUPS } from './commands.js';
import type { Context } from './context.js';
import type { CommandDefinition } from './definition.js';
import { commonOptions } from './flags.js';
import { printToStderr } from './print.js';
import { usageFault } from './usageFault.js';

/**
 * Parses the command line and runs one command.
 *
 * @param argv as in process.argv
 * @param context passed to the command
 * @returns the exit code: 0 done, 1 the answer is "no", 2 usage or input error, 3 internal fault
 * @throws any error other than SpotterError: a bug, which Shutdown reports
 */
export async function runCommandLine(argv: string[], context: Context): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return reportError(error, context);
  }
}

/** Writes an expected error to stderr as one sentence and returns its exit code. Rethrows bugs. */
function reportError(error: unknown, { report }: Context): number {
  // Commander has already written the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SpotterError) {
    // The faults of a configuration are lines of their own, each made visible by formatFaults.
    const [first, ...more] = error.code === 'config.invalid' ? error.message.split('\n') : [error.message];
    report(visible(first));
    for (const line of more) printToStderr(line);
    return error.exitCode;
  }
  // Wherever it happens, it is no bug.
  if (error instanceof Error && hasErrno(error, 'ENOSPC', 'EDQUOT')) {
    report(visible(fullDisk(error)));
    return 2;
  }
  throw error;
}

function fullDisk({ path, dest = path }: NodeJS.ErrnoException & { dest?: string | undefined }): string {
  return `the disk is full, writing ${dest ?? 'a file'}; free some space, also for temporary files in ${tmpdir()}, or set TMPDIR`;
}

/** The whole command line. @param done called with the exit code of the command that ran */
export function buildProgram(context: Context, done: (exitCode: number) => void): Command {
  const program = new Command('spotter')
    .description('Realtime face watch on your own machine: video in, known people named, events out.')
    .version(packageVersion)
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', exampleText('spotter scan clip.mp4 -g gallery'));
  refuseInOurWords(program, 'spotter');
  for (const option of commonOptions()) program.addOption(option);
  // So that it may stand before a command that has it; the help of that command lists it.
  program.addOption(new Option('--json').hideHelp());
  for (const definition of COMMANDS) add(program, definition, context, done);
  for (const { name, description, commands } of GROUPS) {
    const group = program.command(name).description(description);
    refuseInOurWords(group, `spotter ${name}`);
    for (const definition of commands) add(group, definition, context, done);
    group.addHelpText('after', exampleText(commands[0].example));
  }
  return program;
}

function add(
  parent: Command,
  definition: CommandDefinition,
  context: Context,
  done: (exitCode: number) => void,
): void {
  const command = parent.command(definition.name).description(definition.description);
  for (const [flags, description, choices] of definition.arguments ?? []) {
    const argument = new Argument(flags, description);
    command.addArgument(choices ? argument.choices(choices) : argument);
  }
  for (const option of definition.options) command.addOption(option);
  command.addHelpText('after', exampleText(definition.example));
  refuseInOurWords(command, `${parent.parent ? `spotter ${parent.name()}` : 'spotter'} ${definition.name}`);
  command.action(async (...args: unknown[]) => {
    const options = command.optsWithGlobals();
    if (options.json && !definition.options.some(({ long }) => long === '--json'))
      command.error("error: unknown option '--json'", { code: 'commander.unknownOption' });
    refuseEmpty(command, options);
    const handler = await definition.load();
    // Behind the arguments come the command's own options and the command itself.
    done(await handler(context, ...([...args.slice(0, -2), options] as never[])));
  });
}

/** An empty text is what a variable leaves that is not set; a file or folder of that name would be the working folder. */
function refuseEmpty(command: Command, options: Record<string, unknown>): void {
  const index = command.args.indexOf('');
  const names = command.registeredArguments.map((argument) => argument.name());
  const [option] = Object.entries(options).find(([, value]) => value === '') ?? [];
  if (index < 0 && option === undefined) return;
  const flag = `--${option?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const what = index < 0 ? flag : names[Math.min(index, names.length - 1)];
  throw new SpotterError('usage', `${what} is empty; give a value${index < 0 ? ', or leave it out' : ''}`);
}

/** Turns what commander finds wrong into a SpotterError; help and version stay as they are. @param name with its group */
function refuseInOurWords(command: Command, name: string): void {
  command.exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    throw new SpotterError('usage', usageFault(error, name));
  });
}

function exampleText(line: string): string {
  return `\nExample:\n  $ ${line}`;
}
