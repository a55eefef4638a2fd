import { printError } from '../../src/cli/print.js';
import { runCommandLine } from '../../src/cli/program.js';
import { printedBy } from './printed.js';

const context = { signal: new AbortController().signal, outliveOutput: () => {}, report: printError };

/**
 * Runs a command line in this process, for commands that start no worker: a program of its own would take longer than what it
 * does. @returns its exit code and what it wrote
 */
export function inProcess(args: string[]): ReturnType<typeof printedBy> {
  return printedBy(() => runCommandLine(['node', 'spotter', ...args], context));
}
