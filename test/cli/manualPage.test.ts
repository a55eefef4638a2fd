import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { allCommands, commandTree } from '../../src/cli/commandTree.js';
import { manualPage } from '../../src/cli/manualPage.js';
import { buildProgram } from '../../src/cli/program.js';

const context = { signal: AbortSignal.abort(), outliveOutput: () => {}, report: () => {} };
const program = commandTree(buildProgram(context, () => {}));
const page = manualPage(program, '1.2.3');
const roff = (text: string) => text.replaceAll('-', '\\-');

describe('manualPage', () => {
  it('has every command with its arguments and options', () => {
    for (const { path, commands, options } of allCommands(program)) {
      if (commands.length === 0) expect(page).toContain(`.SS "${roff(path.join(' '))}`);
      if (commands.length === 0)
        for (const { flags } of options) expect(page).toContain(`.B "${roff(flags)}"`);
    }
    expect(page).toContain('.SS "spotter gallery add <name> <image...>"');
  });

  it('has the options of every command once', () => {
    expect(page.match(/^\.B "\\-c, \\-\\-config <file>"$/gm)).toHaveLength(1);
  });

  it('shows text that begins like a command of roff as text', () => {
    const odd = { ...program, commands: [], description: ".so \\fB/etc 'x' -y" };
    expect(manualPage(odd, '1')).toContain("\\&.so \\efB/etc 'x' \\-y.");
  });

  it('has nothing that man does not understand', (test) => {
    const { error, stderr } = spawnSync('man', ['--warnings', '-l', '-'], {
      input: page,
      encoding: 'utf8',
      env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
    });
    test.skip(error !== undefined, 'man is not installed');
    expect(stderr).toBe('');
  });
});
