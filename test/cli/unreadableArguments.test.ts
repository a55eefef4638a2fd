import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { printedBy } from '../helpers/printed.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = {
  signal: new AbortController().signal,
  outliveOutput: () => {},
  report: (message: string) => void process.stderr.write(message),
};

/** What the system refuses to look at, each for another reason. */
function places(): string[] {
  const folder = temporaryFolder();
  symlinkSync('loop', path.join(folder, 'loop'));
  writeFileSync(path.join(folder, 'file'), '');
  return [path.join(folder, 'x'.repeat(300)), path.join(folder, 'loop'), path.join(folder, 'file/below')];
}

it.each([
  ['calibrate', '--strangers'],
  ['init'],
  ['backup'],
  ['restore'],
  ['models', 'list', '--models'],
  ['models', 'pull', 'mobile', '--from'],
  ['models', 'quantize', 'spotter-det', '--calibrate'],
  ['camera', 'test', 'test:', '--picture'],
  ['cluster', 'config', 'apply'],
])(
  'spotter %s %s says in one sentence that a place cannot be used, without the words of the system',
  async (...words) => {
    for (const place of places()) {
      const { code, stdout, stderr } = await printedBy(() =>
        runCommandLine(['node', 'spotter', ...words, place], context),
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(path.dirname(place));
      expect(stderr).toMatch(/^[^;\n]+; [^;\n]+$/);
      expect(stderr.replaceAll(path.dirname(place), '')).not.toMatch(/\bE[A-Z]{3,}\b/);
    }
  },
);

it('spotter dead-letters list does not say that there are none where the event log cannot be read', async () => {
  const folder = temporaryFolder();
  symlinkSync('loop', path.join(folder, 'loop'));
  writeFileSync(path.join(folder, 'config.yaml'), 'data: loop\n');
  const { code, stderr } = await printedBy(() =>
    runCommandLine(['node', 'spotter', 'dead-letters', 'list', '--dir', folder], context),
  );
  expect(code).toBe(2);
  expect(stderr).toBe(
    `cannot read the event log ${folder}/loop/events.db: too many symbolic links encountered; check the path and its permissions`,
  );
});
