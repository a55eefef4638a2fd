import { describe, expect, it } from 'vitest';
import { usageFault } from '../../src/cli/usageFault.js';

describe('usageFault', () => {
  it.each([
    ["error: unknown command 'a\nb'", 'unknown command "a\nb"; see "spotter scan --help"'],
    ["error: unknown command 'scna'\n(Did you mean scan?)", 'unknown command "scna"; did you mean "scan"?'],
    [
      "error: unknown option '--x'\n(Did you mean one of --a, --b?)",
      'unknown option "--x"; did you mean "--a" or "--b"?',
    ],
    [
      "error: missing required argument 'file'",
      'missing required argument "file"; see "spotter scan --help"',
    ],
    [
      "error: option '--every <n>' argument '0' is invalid. It must be a whole number from 1.",
      '--every is "0"; it must be a whole number from 1; see "spotter scan --help"',
    ],
    [
      "error: option '--provider <name>' argument 'gpu' is invalid. it is no provider; did you mean \"cpu\"?",
      '--provider is "gpu"; it is no provider; did you mean "cpu"?',
    ],
    [
      "error: option '--events <form>' argument 'x' is invalid. Allowed choices are pretty, json, off.",
      '--events is "x"; choose one of pretty, json, off; see "spotter scan --help"',
    ],
    [
      "error: option '-c, --config <file>' argument missing",
      '--config needs a value; see "spotter scan --help"',
    ],
    [
      "error: too many arguments for 'list'. Expected 0 arguments but got 1.",
      'too many arguments for "list": expected 0 arguments but got 1; see "spotter scan --help"',
    ],
    [
      "error: command-argument value 'x' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.",
      '"x" is no shell; choose one of bash, zsh, fish; see "spotter scan --help"',
    ],
  ])('turns %j into our words', (message, sentence) => {
    expect(usageFault({ message }, 'spotter scan')).toBe(sentence);
  });
});
