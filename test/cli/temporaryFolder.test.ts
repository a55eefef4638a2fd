import { rmSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../src/cli/temporaryFolder.js';

it('makes a folder for temporary files, or says what to do where there is no place for it', () => {
  const folder = temporaryFolder('test');
  expect(folder).toMatch(/spotter-test-\w+$/);
  rmSync(folder, { recursive: true });
  vi.stubEnv('TMPDIR', '/nonexistent');
  expect(() => temporaryFolder('test')).toThrow(
    /^cannot make a temporary folder in \/nonexistent: .*; set TMPDIR to another folder$/,
  );
});
