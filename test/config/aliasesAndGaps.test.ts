import { expect, it, vi } from 'vitest';
import { load, refusal } from '../helpers/config.js';

it.each([
  [
    'of another kind of value',
    'gallery: &g {folder: a}\ndata: *g\n',
    'data: must be a string, not a mapping',
  ],
  [
    'of an empty value',
    'auth: {proxy: {userHeader: &n }}\nhttp: {port: *n}\n',
    'http.port: must be a number, not empty; give one, or remove the key to use its default',
  ],
  [
    'of a mapping with a wrong value',
    'cameras: [&a {id: a, url: x, fps: fast}, *a]\n',
    'cameras[1].fps: must be a number, not the text "fast"',
  ],
  ['before its anchor', 'data: *d\ngallery: &d a\n', 'config.yaml:1:7: Unresolved alias'],
])('says of an alias what its value is: %s', (_, text, sentence) => {
  expect(refusal(text)).toContain(sentence);
});

it('takes an alias of a variable for the same as the variable', () => {
  vi.stubEnv('FPS', '3');
  const { config } = load('cameras: [{id: a, url: x, fps: &f "${FPS}"}, {id: b, url: y, fps: *f}]\n');
  expect(config.cameras.map(({ fps }) => fps)).toEqual([3, 3]);
  expect(refusal('http: {port: &p "${NOT_SET}"}\nworkers: *p\n')).toMatch(
    /^config\.yaml:1:17: environment variable NOT_SET is not set; .*itself$/,
  );
  vi.unstubAllEnvs();
});

it.each([
  [
    'a choice',
    'auth:\n  required:\n',
    'config.yaml:2:12: auth.required: must be one of auto, always, never, not empty; give one, or remove the key to use its default',
  ],
  ['a choice in a list', 'notify: {kinds: [match, null]}\n', 'gap, not empty; give one, or remove it'],
  [
    'a header, which has no default',
    'webhooks: [{id: a, url: "http://h/", headers: {X: }}]\n',
    'webhooks[0].headers.X: must be a string, not empty; give one, or remove it',
  ],
])('says what to do about an empty value: %s', (_, text, sentence) => {
  expect(refusal(text)).toMatch(new RegExp(`${sentence.replace(/[.[\]?]/g, '\\$&')}$`));
});

it('says of a text with a NUL character only that', () => {
  expect(refusal('cameras: [{id: a, url: "rtsp://h/a\\0b"}]\n')).toBe(
    'config.yaml:1:24: contains a NUL character; remove it',
  );
  expect(refusal('"da\\0ta": x\n')).toBe('config.yaml:1:1: contains a NUL character; remove it');
});

it('refuses thousands of aliases or faults at once, instead of searching the text for each', () => {
  const aliases = Array.from({ length: 20_000 }, (_, index) => `&a${index} 1, *a${index}`).join(',');
  expect(refusal(`notify: {kinds: [${aliases}]}\n`)).toContain('Excessive alias count');
  expect(refusal(`notify: {kinds: [${'1,'.repeat(50_000)}]}\n`)).toContain('has 50000 errors');
});
