import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFilesLimit, readOpenFiles } from '../../src/core/openFiles.js';

describe('readOpenFiles', () => {
  it.skipIf(!existsSync('/proc/self/fd'))('counts what this process has open, and its limit', () => {
    const before = readOpenFiles();
    const files = Array.from({ length: 5 }, () => openSync('/dev/null', 'r'));
    const during = readOpenFiles();
    for (const file of files) closeSync(file);
    // Other threads of the test may open and close files at the same time.
    expect((during?.used ?? 0) - (before?.used ?? 0)).toBeGreaterThanOrEqual(3);
    expect(during?.limit).toBe(openFilesLimit());
  });
});
