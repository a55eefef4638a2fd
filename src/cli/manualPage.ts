import { allCommands, type CommandNode, type OptionNode } from './commandTree.js';

const EXIT_CODES: [code: string, means: string][] = [
  ['0', 'done'],
  ['1', 'the answer is "no": different people, unusable photos, a damaged model'],
  ['2', 'usage or input error; a message on stderr states what, where and what to do'],
  ['3', 'internal fault, or ffmpeg was killed or could not be started'],
  [
    '130, 143',
    'ended by Ctrl-C or SIGTERM before it was done; "run", which is meant to be stopped, exits with 0',
  ],
];
const ENVIRONMENT: [name: string, means: string][] = [
  ['SPOTTER_MODELS', 'folder that is searched for models first'],
  ['FFMPEG_PATH, FFPROBE_PATH', 'ffmpeg and ffprobe, where they are not in the PATH'],
  ['NO_COLOR', 'set: no colours on a terminal'],
  ['TERM', 'dumb: no colours and no progress bars'],
];

/** The manual page of the program, in the man format of roff (see groff_man(7)). */
export function manualPage(program: CommandNode, version: string): string {
  const commands = allCommands(program).filter(({ commands: inner }) => inner.length === 0);
  const common = commonOptions(commands);
  const isOwn = (option: OptionNode) => !common.some(({ flags }) => flags === option.flags);
  return [
    `.TH SPOTTER 1 "" ${quoted(`spotter ${version}`)} "User Commands"`,
    '.SH NAME',
    `spotter \\- ${roff(lowerFirst(program.description.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
    '.B spotter',
    '.I command',
    '.RI [ options ]',
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${quoted(usageOf(command))}`,
      `${roff(upperFirst(command.description))}.`,
      ...command.arguments.flatMap(({ usage, description }) => entry(usage, description)),
      ...command.options.filter(isOwn).flatMap(({ flags, description }) => entry(flags, description)),
    ]),
    '.SH OPTIONS OF EVERY COMMAND',
    ...common.flatMap(({ flags, description }) => entry(flags, description)),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, means]) => entry(code, means)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, means]) => entry(name, means)),
    '.SH SEE ALSO',
    '.BR ffmpeg (1)',
    '',
  ].join('\n');
}

function commonOptions([first, ...others]: readonly CommandNode[]): OptionNode[] {
  if (!first) return [];
  return first.options.filter(({ flags }) =>
    others.every(({ options }) => options.some((option) => option.flags === flags)),
  );
}

function usageOf({ path, arguments: given }: CommandNode): string {
  return [...path, ...given.map(({ usage }) => usage)].join(' ');
}

function entry(term: string, description: string): string[] {
  return ['.TP', `.B ${quoted(term)}`, roff(description)];
}

function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

/** Text that roff shows as it is. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
