import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { SpotterError } from '../../src/core/errors.js';
import { temporaryFolder } from './temporary.js';

/** Loads a configuration as config.yaml of a folder of its own. */
export function load(text: string | Uint8Array) {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, text);
  return { ...loadConfig(file), folder: path.dirname(file) };
}

/** The message of the error that a configuration is refused with, less the folder's name. */
export function refusal(text: string | Uint8Array): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SpotterError);
    expect((error as SpotterError).exitCode).toBe(2);
    return (error as SpotterError).message.replaceAll(/\S*\/config\.yaml/g, 'config.yaml');
  }
  throw new Error('the configuration was accepted');
}
