import { execFileSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { compiledModule } from '../helpers/paths.js';

it.skipIf(process.platform === 'win32')('lowers the priority of its process, and of what that starts', () => {
  const code = `
    import { execFileSync } from 'node:child_process';
    import { yieldToOthers } from ${JSON.stringify(compiledModule('engine/priority.js').href)};
    yieldToOthers();
    const child = execFileSync(process.execPath, ['-p', 'os.getPriority()'], { encoding: 'utf8' });
    process.stdout.write(child);`;
  const args = ['--input-type=module', '-e', code];
  const nice = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  expect(nice).toBe(Math.min(19, getPriority() + 3));
});
