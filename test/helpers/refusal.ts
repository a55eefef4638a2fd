import { expect } from 'vitest';

/** Expects one sentence on stderr, nothing on stdout and exit code 2. */
export function expectRefusal(
  { code, stdout, stderr }: { code: number | null; stdout: string; stderr: string },
  sentence: string | RegExp,
): void {
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}
