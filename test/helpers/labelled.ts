import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { collins, hopper, needShared } from './paths.js';
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

/** A list of labelled photos: a known person, a stranger, and a stranger's photo that cannot be read. @returns its path */
export function labelledList(): string {
  const folder = temporaryFolder();
  for (const name of ['grace.jpg', 'later.jpg']) copyFileSync(hopper, path.join(folder, name));
  copyFileSync(collins, path.join(folder, 'eileen.png'));
  writeFileSync(path.join(folder, 'broken.jpg'), 'no picture');
  const list = path.join(folder, 'list.csv');
  const photos = ['gallery,grace,grace.jpg', 'known,grace,later.jpg', 'stranger,eileen,eileen.png'];
  writeFileSync(list, ['role,person,file', ...photos, 'stranger,x,broken.jpg'].join('\n'));
  return list;
}
