import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compiledModule } from '../helpers/paths.js';

const MODULE = JSON.stringify(compiledModule('cli/deadline.js'));

/** Runs a program in which `endWithin` is imported. */
function run(program: string): Promise<{ code: unknown; stdout: string }> {
  const source = `import { endWithin } from ${MODULE}; ${program}`;
  return new Promise((resolve) =>
    execFile(process.execPath, ['--input-type=module', '-e', source], (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    ),
  );
}

describe('endWithin', () => {
  it('ends a process that something holds up, after the callback and with exit code 3', async () => {
    const program = `setInterval(() => {}, 1000);
      const ending = new AbortController();
      endWithin(10, ending.signal, () => console.log('overdue'));
      ending.abort();`;
    expect(await run(program)).toEqual({ code: 3, stdout: 'overdue\n' });
  });

  it('ends it although the callback fails', async () => {
    const program = `setInterval(() => {}, 1000);
      endWithin(10, AbortSignal.abort(), () => { throw new Error('no'); });`;
    expect(await run(program)).toEqual({ code: 3, stdout: '' });
  });

  it('does not delay an orderly end', async () => {
    const program = `endWithin(1e9, AbortSignal.abort(), () => console.log('overdue'));`;
    expect(await run(program)).toEqual({ code: 0, stdout: '' });
  });
});
