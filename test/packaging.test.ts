import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRIAL_FILES } from '../src/engine/modelTrial.js';
import { root } from './helpers/paths.js';

const text = (name: string) => readFileSync(path.join(root, name), 'utf8');
/** What the program reads at run time beside its own code. */
const NEEDED = [
  'config.yaml',
  'models/catalogue.yaml',
  'models/spotter-det.onnx',
  'models/spotter-embed.onnx',
  'assets/demo/gallery/grace-hopper/portrait.jpg',
  'assets/demo/clip.mp4',
  ...TRIAL_FILES,
];
/** Of the needed files, those that no listed file or folder covers. */
const missing = (listed: readonly string[]) =>
  NEEDED.filter((file) => !listed.some((name) => file === name || file.startsWith(`${name}/`)));

describe('the files that the program reads', () => {
  it('are in the package', () => {
    expect(missing(JSON.parse(text('package.json')).files)).toEqual([]);
  });

  it('are in the image, and not kept from its build', () => {
    const copied = [...text('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      names.split(' '),
    );
    expect(missing(copied)).toEqual([]);
    const allowed = [...text('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, name]) => name);
    expect(missing(allowed)).toEqual([]);
    for (const name of copied)
      expect(
        allowed.some((one) => name === one || name.startsWith(`${one}/`)),
        name,
      ).toBe(true);
  });
});
