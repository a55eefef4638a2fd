import { allCommands, type CommandNode, type OptionNode } from './commandTree.js';

/** The shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Values that are names of files; of others, nothing can be offered. */
const FILES = /file|folder|csv|image/;

/** The script that completes the command line in a shell. */
export function completionScript(shell: Shell, program: CommandNode): string {
  return { bash, zsh, fish }[shell](program);
}

/** The command without the program's name: `gallery list`; empty for the program. */
function keyOf({ path }: CommandNode): string {
  return path.slice(1).join(' ');
}

/** Each way from a command to one in it, as `gallery list`; a space first from the program. */
function steps(program: CommandNode): string[] {
  return allCommands(program)
    .filter(({ path }) => path.length > 1)
    .map(({ path }) => (path.length === 2 ? ` ${path[1]}` : path.slice(1).join(' ')));
}

/** What can stand at the first place: commands, or the choices of an argument. */
function wordsOf({ commands, arguments: given }: CommandNode): { word: string; description: string }[] {
  return [
    ...commands.map(({ path, description }) => ({ word: path.at(-1) ?? '', description })),
    ...given.flatMap(({ choices, description }) => choices.map((word) => ({ word, description }))),
  ];
}

function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bash(program: CommandNode): string {
  const nodes = allCommands(program);
  const values = new Map<string, string[]>();
  for (const node of nodes)
    for (const { names, value, choices } of node.options) {
      if (value === null || (choices.length === 0 && FILES.test(value))) continue;
      const places = names.map((name) => single(`${keyOf(node)}:${name}`));
      values.set(choices.join(' '), [...(values.get(choices.join(' ')) ?? []), ...places]);
    }
  const ofValues = [...values].map(
    ([words, places]) => `    ${places.join('|')}) words=${single(words)}; compopt +o default 2>/dev/null ;;`,
  );
  const offered = nodes.map((node) => {
    const words = wordsOf(node).map(({ word }) => word);
    const options = node.options.flatMap(({ names }) => names);
    return `    ${single(keyOf(node))}) words=${single(words.join(' '))} options=${single(options.join(' '))} ;;`;
  });
  return [
    '# Completion of spotter for bash. Written by: spotter completion bash',
    '_spotter() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}',
    "  local command='' words='' options='' i",
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "$command ${COMP_WORDS[i]}" in',
    `      ${steps(program).map(single).join('|')}) command="\${command:+$command }\${COMP_WORDS[i]}" ;;`,
    '    esac',
    '  done',
    '  case "$command" in',
    ...offered,
    '  esac',
    '  if [[ $current == -* ]]; then words=$options; fi',
    '  case "$command:$previous" in',
    ...ofValues,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _spotter spotter',
    '',
  ].join('\n');
}

function zsh(program: CommandNode): string {
  const text = (words: string) => words.replace(/[\\[\]:]/g, '\\$&');
  const actionOf = ({ value, choices }: OptionNode) => {
    if (value === null) return '';
    if (choices.length > 0) return `:${text(value)}:(${choices.join(' ')})`;
    return FILES.test(value) ? `:${text(value)}:_files` : `:${text(value)}: `;
  };
  const cases = allCommands(program).flatMap((node) => {
    const specs = node.options.flatMap((option) =>
      option.names.map((name) => single(`${name}[${text(option.description)}]${actionOf(option)}`)),
    );
    const words = wordsOf(node).map(({ word, description }) => single(`${text(word)}:${description}`));
    const rest = words.length > 0 ? single('1: :->words') : single('*: :_files');
    return [
      `    ${single(keyOf(node))})`,
      `      words_here=(${words.join(' ')})`,
      `      _arguments ${[...specs, rest].join(' ')}`,
      '      ;;',
    ];
  });
  return [
    '#compdef spotter',
    '# Completion of spotter for zsh. Written by: spotter completion zsh',
    '_spotter() {',
    '  local command= curcontext=$curcontext state line',
    '  local -i i at=1',
    '  local -a words_here',
    '  for ((i = 2; i < CURRENT; i++)); do',
    '    case "$command $words[i]" in',
    `      ${steps(program)
      .map((step) => `(${single(step)})`.slice(1, -1))
      .join('|')}) command="\${command:+$command }$words[i]"; at=i ;;`,
    '    esac',
    '  done',
    '  shift $((at - 1)) words',
    '  ((CURRENT -= at - 1))',
    '  case $command in',
    ...cases,
    '  esac',
    '  [[ $state == words ]] && _describe word words_here',
    '}',
    'if [[ $funcstack[1] == _spotter ]]; then _spotter "$@"; else compdef _spotter spotter; fi',
    '',
  ].join('\n');
}

function fish(program: CommandNode): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = allCommands(program).flatMap((node) => {
    const at = `complete -c spotter -n ${quoted(`__spotter_at "${keyOf(node)}"`)}`;
    const words = wordsOf(node).map(
      ({ word, description }) => `${at} -f -a ${quoted(word)} -d ${quoted(description)}`,
    );
    const options = node.options.map(({ names, value, choices, description }) => {
      const flags = names.map((name) =>
        name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      );
      const offered =
        choices.length > 0
          ? `-x -a ${quoted(choices.join(' '))}`
          : value === null
            ? ''
            : FILES.test(value)
              ? '-r -F'
              : '-x';
      return [at, ...flags, offered, `-d ${quoted(description)}`].filter((part) => part !== '').join(' ');
    });
    return [...words, ...options];
  });
  return [
    '# Completion of spotter for fish. Written by: spotter completion fish',
    'function __spotter_at',
    "    set -l command ''",
    '    for word in (commandline -opc)[2..]',
    '        switch "$command $word"',
    `            case ${steps(program).map(quoted).join(' ')}`,
    '                set command (string trim -- "$command $word")',
    '        end',
    '    end',
    '    test "$command" = "$argv[1]"',
    'end',
    ...lines,
    '',
  ].join('\n');
}
