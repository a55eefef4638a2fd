import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { init } from '../../src/cli/init.js';
import { runCommandLine } from '../../src/cli/program.js';
import { printedBy } from '../helpers/printed.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = {
  signal: new AbortController().signal,
  outliveOutput: () => {},
  report: (message: string) => void process.stderr.write(message),
};
const run = (...args: string[]) => printedBy(() => runCommandLine(['node', 'spotter', ...args], context));

describe('runCommandLine', () => {
  it('takes the options that every command has before the command, between its words and behind it', async () => {
    const dir = temporaryFolder();
    await init(context, dir, { quiet: true });
    const level = ['--log-level', 'debug'];
    const lines = [
      ['--dir', dir, ...level, '--json', 'config', 'show'],
      ['config', '--dir', dir, '--json', ...level, 'show'],
      ['config', 'show', '--json', ...level, '--dir', dir],
    ];
    for (const line of lines) {
      const { code, stdout } = await run(...line);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ data: `${dir}/data`, log: { level: 'debug' } });
    }
  });

  it('refuses --json, wherever it stands, for a command that has no such form', async () => {
    for (const line of [
      ['--json', 'config', 'schema'],
      ['config', 'schema', '--json'],
    ])
      expect(await run(...line)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('unknown option "--json"'),
      });
  });

  it.each([
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port', 'x'],
    ['--host', ''],
    ['--dir', ''],
    ['--config', ''],
  ])('refuses %s %j', async (...option) => {
    expect(await run('run', ...option)).toMatchObject({ code: 2, stderr: expect.stringContaining('must') });
  });

  it.each([
    [['compare', 'a.jpg', ''], 'b is empty; give a value'],
    [['scan', 'a.mp4', '', 'c.mp4'], 'file is empty; give a value'],
    [['gallery', 'list', '--log-level', ''], '--log-level is empty; give a value, or leave it out'],
    [['gallery', 'list', '-g', ''], '--gallery is empty; give a value, or leave it out'],
  ])('refuses an empty text, which a variable leaves that is not set: %j', async (line, stderr) => {
    expect(await run(...line)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('says of the demo, which reads no configuration, where it listens', async () => {
    const { stdout } = await run('demo', '--help');
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('such as 0.0.0.0; default: 127.0.0.1');
    expect(text).toContain('default: 8480, or the next free one');
    expect(text).not.toContain('http.host');
  });

  it('has no option of its own in a command under a name that every command has', () => {
    const own = COMMANDS.flatMap(({ options }) => options.map(({ long }) => long));
    for (const common of ['--dir', '--config', '--log-level', '--quiet']) expect(own).not.toContain(common);
  });
});
