import type { CommanderError } from 'commander';

/**
 * What commander finds wrong with a command line, in the style of all our messages: one sentence, what is wrong and what to do.
 *
 * @param command the command with its group, such as `spotter gallery list`
 */
export function usageFault({ message }: Pick<CommanderError, 'message'>, command: string): string {
  const whole = message.replace(/^error: /, '');
  const [, first = whole, meant] = /^(.*)\n\(Did you mean (?:one of )?(.+)\?\)$/s.exec(whole) ?? [];
  const sentence = refusalOf(first).replace(/'([^']*)'/g, '"$1"');
  // An answer may name what was meant itself.
  if (meant === undefined && sentence.endsWith('?')) return sentence;
  const remedy =
    meant === undefined ? `see "${command} --help"` : `did you mean "${meant.replaceAll(', ', '" or "')}"?`;
  return `${sentence}; ${remedy}`;
}

function refusalOf(text: string): string {
  const [, flags, value, why] = /^option '(.+?)' argument '(.*)' is invalid\. (.+?)\.?$/s.exec(text) ?? [];
  if (flags !== undefined)
    return `${nameOf(flags)} is '${value}'; ${lowerFirst(why.replace('Allowed choices are', 'choose one of'))}`;
  const [, word, argument, choices] =
    /^command-argument value '(.*)' is invalid for argument '(.+?)'\. (.+?)\.?$/s.exec(text) ?? [];
  if (word !== undefined)
    return `'${word}' is no ${argument}; ${choices.replace('Allowed choices are', 'choose one of')}`;
  const [, without] = /^option '(.+?)' argument missing$/.exec(text) ?? [];
  if (without !== undefined) return `${nameOf(without)} needs a value`;
  return lowerFirst(text.replace(/\. Expected/, ': expected').replace(/\.$/, ''));
}

/** `-c, --config <file>` as `--config`. */
function nameOf(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
