import type { Option } from 'commander';
import type { Context } from './context.js';

/** Runs a command with its arguments and options as commander parses them, and resolves with the exit code. */
type Handler = (context: Context, ...args: never[]) => Promise<number>;

/** One command of the command line. */
export interface CommandDefinition {
  name: string;
  arguments?: [flags: string, description: string, choices?: readonly string[]][];
  description: string;
  /** A full command line, shown at the end of the help. */
  example: string;
  /** The command's own options; those of {@link commonOptions} are passed on with them. */
  options: Option[];
  /** Imports the code only when the command runs, which keeps --help fast. */
  load: () => Promise<Handler>;
}

/** Commands that share their first word, such as `spotter gallery list` and `spotter gallery add`. */
export interface CommandGroup {
  name: string;
  description: string;
  commands: CommandDefinition[];
}
