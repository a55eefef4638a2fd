import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCommands, commandTree } from '../../src/cli/commandTree.js';
import { completionScript, SHELLS } from '../../src/cli/completionScripts.js';
import { buildProgram } from '../../src/cli/program.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = { signal: AbortSignal.abort(), outliveOutput: () => {}, report: () => {} };
const program = commandTree(buildProgram(context, () => {}));

/** What bash offers for each line, whose last word is being typed. */
function offeredByBash(lines: string[][]): string[][] {
  const script = [
    completionScript('bash', program),
    'offer() { COMP_WORDS=(spotter "$@"); COMP_CWORD=$#; COMPREPLY=(); _spotter; echo "${COMPREPLY[*]}"; }',
    ...lines.map((words) => `offer ${words.map((word) => `'${word}'`).join(' ')}`),
  ].join('\n');
  const output = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  return output.split('\n').map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('completionScript', () => {
  it('offers commands, options and values where they can stand', () => {
    const [commands, group, inner, option, value, mixed, shells, file] = offeredByBash([
      [''],
      ['gal'],
      ['gallery', ''],
      ['gallery', 'set-aside', '--b'],
      ['run', '--events', ''],
      ['run', '--quiet', '--until'],
      ['completion', ''],
      ['scan', ''],
    ]);
    expect(commands).toEqual(program.commands.map(({ path }) => path.at(-1)));
    expect(group).toEqual(['gallery']);
    expect(inner).toEqual(['list', 'check', 'add', 'set-aside', 'remove']);
    expect(option).toEqual(['--back']);
    expect(value).toEqual(['pretty', 'json', 'off']);
    expect(mixed).toEqual(['--until-end']);
    expect(shells).toEqual([...SHELLS]);
    // Nothing of ours, so that the shell offers files.
    expect(file).toEqual([]);
  });

  it.each(SHELLS)('is a valid script of %s, with every command and option', (shell) => {
    const script = completionScript(shell, program);
    for (const { path, options } of allCommands(program)) {
      expect(script).toContain(path.slice(1).join(' '));
      for (const { names } of options)
        for (const name of names) expect(script).toContain(name.replace(/^-+/, ''));
    }
    const file = path.join(temporaryFolder(), 'script');
    writeFileSync(file, script);
    const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    // A shell that is not installed is not asked.
    if (!error) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
