import { expect, it } from 'vitest';
import type { LiveEnd } from '../../src/video/liveFaultRules.js';
import { unreachedName } from '../../src/video/unreachedName.js';

const refused = (place: string) => `tcp: Connection to tcp://${place}?timeout=5 failed: Connection refused`;

it.each([
  ['http', 'cam', 'cam:80', false],
  ['http', 'cam', 'CAM:80', false],
  ['http', 'cam', 'cam:8080', true],
  ['http', 'cam:8080', 'cam:80', true],
  ['https', 'cam', 'cam:443', false],
  ['https', 'cam', 'cam:80', true],
  ['http', '[fd00::1]', '[fd00::1]:80', false],
  ['http', '[fd00::1]', '[fd00::2]:80', true],
  ['rtsp', 'cam', 'other:554', false],
] as const)('names another server than that of the address: %s://%s and %s', (kind, name, place, isOther) => {
  const end = { kind, name, messages: [refused(place)] } as unknown as LiveEnd;
  expect(unreachedName(end)).toBe(isOther ? `${place}, to which ${name} leads,` : name);
});
