import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { temporaryFolder } from '../helpers/temporary.js';

function load(text: string, folder = temporaryFolder()) {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  return loadConfig(file);
}

it.each([
  'gallery: .\ndata: .\n',
  'gallery: data\n',
  'gallery: .\n',
  'gallery: { folder: photos }\ndata: photos/spotter\n',
])('refuses a data folder in the gallery, whose pictures would be enrolled: %j', (text) => {
  expect(() => load(text)).toThrow(/data: \S+ is the gallery or lies in it, .*; give a folder elsewhere/);
});

it('refuses it behind a link, too', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'photos'));
  symlinkSync(path.join(folder, 'photos'), path.join(folder, 'data'));
  expect(() => load('gallery: photos\n', folder)).toThrow(/is the gallery or lies in it/);
});

it('lets the gallery lie in the data folder', () => {
  expect(load('gallery: gallery\ndata: .\n').config.gallery.folder).toMatch(/\/gallery$/);
});

it('reads no pipe as a configuration, which could block for ever', () => {
  expect(() => loadConfig('/dev/zero')).toThrow('/dev/zero is a device or pipe; give a configuration file');
});
