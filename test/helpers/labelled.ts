import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { needShared } from './paths.js';
import { temporaryFolder } from './temporary.js';

/** Arguments that choose the larger models; skips the test where they are not. */
export function largerModels(context: TestContext): string[] {
  const models = path.dirname(needShared(context, 'models/mobilefacenet.onnx'));
  return ['--models', models, '--detector', 'yunet', '--embedder', 'mobilefacenet'];
}

/** Arguments that choose a gallery of two who are in the labelled clip and two who are not. */
export function labelledPeople(context: TestContext): string[] {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(folder);
  for (const name of ['lin-manuel-miranda.png', 'alex-lacamoire.png', 'obama.jpg', 'biden.jpg'])
    copyFileSync(needShared(context, `media/people/${name}`), path.join(folder, name));
  return ['-g', folder];
}
