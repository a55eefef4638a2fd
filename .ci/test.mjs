// All checks in one run: format and lint, types, then all tests. Arguments are passed to vitest.
// The last line is machine-readable: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const node = (args, env = {}) =>
  spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

const total = { passed: 0, failed: 0, skipped: 0 };
function check(name, ok) {
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n`);
  total[ok ? 'passed' : 'failed']++;
}

check('format and lint', node(['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '.']));
check('types of the API', node(['.ci/pageTypes.mjs']));
for (const project of ['test/tsconfig.json', 'test/dashboard/tsconfig.json'])
  check(`types of ${project}`, node(['node_modules/typescript-native/bin/tsc', '-p', project]));

const folder = mkdtempSync(path.join(tmpdir(), 'spotter-tests-'));
const counts = path.join(folder, 'counts.json');
const ran = node(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  SPOTTER_TEST_COUNTS: counts,
});
try {
  const { passed, failed, skipped, notes } = JSON.parse(readFileSync(counts, 'utf8'));
  for (const note of notes) process.stdout.write(`skipped: ${note}\n`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (!ran && failed === 0) check('test run', false);
} catch {
  check('test run', false);
}
rmSync(folder, { recursive: true, force: true });

process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
