import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestContext } from 'vitest';
import { packageRoot } from '../../src/core/package.js';

export const root = packageRoot;
export const main = path.join(root, 'dist/src/main.js');
export const demoClip = path.join(root, 'assets/demo/clip.mp4');
/** The people of the demo. */
export const demoGallery = path.join(root, 'assets/demo/gallery');
export const hopper = path.join(root, 'assets/demo/grace-hopper.jpg');
export const collins = path.join(root, 'assets/demo/eileen-collins.png');
/** A single compiled module, for a process that loads it by itself: tests import the sources. @param name in src/ */
export const compiledModule = (name: string): URL => pathToFileURL(path.join(root, 'build/src', name));

/** Photos, clips and weights of other makers, beside the checkout where there are any. */
const shared = path.resolve(root, '../shared');

/** Path of something in ../shared; skips the test with the reason when it is missing. */
export function needShared(context: TestContext, name: string): string {
  const file = path.join(shared, name);
  if (!existsSync(file))
    context.skip(`needs ../shared/${name}, third-party material that is not in this repository`);
  return file;
}
