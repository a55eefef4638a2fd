import type { Argument, Command, Option } from 'commander';

/** An option as shells and the manual need it. */
export interface OptionNode {
  /** `-c` and `--config`, those that there are. */
  names: string[];
  /** As the help shows it: `-c, --config <file>`. */
  flags: string;
  /** Name of the value; null for a switch. */
  value: string | null;
  /** Allowed values; empty: any. */
  choices: readonly string[];
  description: string;
}

/** An argument of a command. */
export interface ArgumentNode {
  /** As the help shows it: `<file...>`. */
  usage: string;
  choices: readonly string[];
  description: string;
}

/** A command, its options and those of the program that apply to it, and the commands in it. */
export interface CommandNode {
  /** From the program's name on: `spotter gallery list`. */
  path: readonly string[];
  description: string;
  arguments: ArgumentNode[];
  options: OptionNode[];
  commands: CommandNode[];
}

/** The whole command line as plain data, for completion and the manual. Hidden options are left out. */
export function commandTree(command: Command, above: readonly string[] = []): CommandNode {
  const path = [...above, command.name()];
  const help = command.createHelp();
  help.showGlobalOptions = true;
  const own = help.visibleOptions(command);
  const inherited = help
    .visibleGlobalOptions(command)
    .filter(({ long }) => long !== '--version' && !own.some((option) => option.long === long));
  const options = [...own, ...inherited];
  return {
    path,
    description: command.description(),
    arguments: command.registeredArguments.map(argumentNode),
    options: options.map(optionNode),
    commands: command.commands
      .filter((inner) => inner.name() !== 'help')
      .map((inner) => commandTree(inner, path)),
  };
}

/** Every command below one, itself included, from the top down. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function optionNode(option: Option): OptionNode {
  const { short, long, flags, description, argChoices = [] } = option;
  return {
    names: [short, long].filter((name): name is string => typeof name === 'string'),
    flags,
    value: /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? null,
    choices: argChoices,
    description,
  };
}

function argumentNode(argument: Argument): ArgumentNode {
  const { required, variadic, description, argChoices = [] } = argument;
  const name = `${argument.name()}${variadic ? '...' : ''}`;
  return { usage: required ? `<${name}>` : `[${name}]`, choices: argChoices, description };
}
