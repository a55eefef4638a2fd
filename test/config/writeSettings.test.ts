import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfigWritable } from '../../src/config/writeSettings.js';

describe('checkConfigWritable', () => {
  it('refuses a file that its owner has made read-only, though its folder is writable', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'spotter-'));
    try {
      const file = path.join(folder, 'config.yaml');
      writeFileSync(file, 'match: {}\n');
      expect(() => checkConfigWritable(file)).not.toThrow();
      chmodSync(file, 0o444);
      expect(() => checkConfigWritable(file)).toThrow(
        `cannot write ${file}: it is read-only; make it writable`,
      );
      expect(readFileSync(file, 'utf8')).toBe('match: {}\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
