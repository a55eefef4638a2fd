import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfigWritable, writeSettings } from '../../src/config/writeSettings.js';
import { temporaryFolder } from '../helpers/temporary.js';

function configFile(): string {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, 'match: { falseNames: 0.001 }\n');
  return file;
}

describe('checkConfigWritable', () => {
  it('refuses a file that its owner has made read-only, though its folder is writable', () => {
    const file = configFile();
    expect(() => checkConfigWritable(file)).not.toThrow();
    chmodSync(file, 0o444);
    expect(() => checkConfigWritable(file)).toThrow(
      `cannot write ${file}: it is read-only; make it writable`,
    );
  });
});

describe('writeSettings', () => {
  it('says in one sentence that a folder is in its way, and changes nothing', () => {
    const file = configFile();
    mkdirSync(`${file}.part`);
    const change = { section: 'match', key: 'falseNames', value: 0.01 };
    expect(() => writeSettings(file, [change])).toThrow(/^cannot write .*config\.yaml: .* by hand$/);
    expect(readFileSync(file, 'utf8')).toBe('match: { falseNames: 0.001 }\n');
  });
});
