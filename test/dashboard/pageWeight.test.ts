// @vitest-environment node
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { root } from '../helpers/paths.js';

/** Bytes on the way to the browser, all in all. */
const MOST_BYTES = 90 * 1024;

const folder = path.join(root, 'dist/src/dashboard');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => path.join(folder, name))
  .filter((file) => statSync(file).isFile());

describe('the built page', () => {
  it('weighs at most 90 KB gzipped', () => {
    const bytes = files.map((file) => gzipSync(readFileSync(file)).length);
    expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(MOST_BYTES);
  });

  it('is what users get: no folder of this machine, nothing for developers', () => {
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(new RegExp(`${root}|jsxDEV`));
  });

  it('names no address of others, and has no script or style of its own in its HTML', () => {
    const html = readFileSync(path.join(folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
    const addresses = files
      .flatMap((file) => readFileSync(file, 'utf8').match(/https?:\/\/[\w.-]+/g) ?? [])
      // Names of XML, which nobody loads.
      .filter((address) => address !== 'http://www.w3.org');
    expect(addresses).toEqual([]);
  });
});
