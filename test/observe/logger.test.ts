import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compiledModule } from '../helpers/paths.js';

/** What the logger writes to stderr, in a process of its own. */
function logged(forPeople: boolean, text: string): string {
  const module = compiledModule('observe/logger.js');
  const program = `import { createLogger } from ${JSON.stringify(module)};
    createLogger('info', ${forPeople}).warn(${JSON.stringify(text)});`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stderr;
}

describe('createLogger', () => {
  const NASTY = 'bad \x1b[2Jname\n{"level":50,"msg":"forged"}';

  it('writes the level as a word', () => {
    expect(JSON.parse(logged(false, 'x'))).toEqual({ level: 'warn', time: expect.any(String), msg: 'x' });
    expect(logged(true, 'x')).toMatch(/WARN.*x/);
  });

  it.each([true, false])('writes one line per message, without its escapes (forPeople: %s)', (forPeople) => {
    const text = logged(forPeople, NASTY);
    expect(text).toContain('forged');
    expect(text.trimEnd()).not.toContain('\n');
    expect(text).not.toContain('\x1b[2J');
  });
});
