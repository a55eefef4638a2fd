import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/events/event.js';
import { publishedSchemas, SCHEMAS } from '../../src/events/schemas.js';
import { spotterEvent } from '../helpers/events.js';
import { root } from '../helpers/paths.js';
import { expectPublished, samples } from '../helpers/samples.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('docs/samples.md', () => {
  it('has one sample of every kind of event and every message', () => {
    const messages = Object.keys(SCHEMAS).filter((name) => name !== 'event');
    expect([...samples.keys()]).toEqual([...EVENT_KINDS, ...messages]);
  });

  it.each([...samples])('has a sample that its schema describes, and no other field: %s', (_name, sample) => {
    expectPublished(sample);
  });
});

describe('publishedSchemas', () => {
  it('are in docs/schemas.json', () => {
    const file = readFileSync(path.join(root, 'docs/schemas.json'), 'utf8');
    expect(JSON.parse(file)).toEqual(publishedSchemas);
  });

  it.each([
    ['of a kind that there is not', { kind: 'maybe' }],
    ['without a number', { seq: undefined }],
    ['with half a millisecond', { mediaTimeMs: 1.5 }],
    ['that is a match of nobody', { person: null }],
    ['of a time without a zone', { capturedAt: '2026-01-01T00:00:00' }],
  ])('refuse an event %s', (_name, change) => {
    expect(SCHEMAS.event.safeParse(spotterEvent()).success).toBe(true);
    expect(SCHEMAS.event.safeParse({ ...spotterEvent(), ...change }).success).toBe(false);
  });

  it('use no format that validators of JSON Schema do not know', () => {
    const formats = JSON.stringify(publishedSchemas).matchAll(/"format":"([^"]+)"/g);
    expect(new Set([...formats].map(([, format]) => format))).toEqual(new Set(['date-time']));
  });

  it('allow fields that a later version adds', () => {
    expect(SCHEMAS.event.safeParse({ ...spotterEvent(), added: 1 }).success).toBe(true);
    expect(JSON.stringify(publishedSchemas.event)).not.toContain('"additionalProperties":false');
  });
});

/** What the compiler says of a program in a folder in which this package is installed. */
function compiled(program: string): string {
  const folder = temporaryFolder();
  const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { name: string };
  const installed = path.join(folder, 'node_modules', name);
  mkdirSync(path.dirname(installed), { recursive: true });
  symlinkSync(root, installed);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'program.ts'), program.replaceAll('PACKAGE', name));
  const tsc = path.join(root, 'node_modules/typescript-native/bin/tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--types', '', 'program.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

describe('the types for other programs', () => {
  it('describe events and messages to a program that imports them', () => {
    const program = `import { EVENT_KINDS } from 'PACKAGE/events';
      import type { ServerMessage, SpotterEvent, SubscribeMessage } from 'PACKAGE/events';
      export const subscribe: SubscribeMessage = { type: 'subscribe', kinds: ['match'] };
      export function read(message: ServerMessage): string {
        switch (message.type) {
          case 'hello': return message.tracks.map(({ box }) => box[0].toFixed()).join();
          case 'event': return nameOf(message);
          case 'camera': return message.state;
          case 'forgotten': return message.person;
          case 'stats': return message.cameras[0].framesPerSecond.toFixed(1);
          case 'error': return message.code;
        }
      }
      const nameOf = ({ person, similarity }: SpotterEvent): string => \`\${person} \${similarity?.toFixed(2)}\`;
      export const kinds: readonly string[] = EVENT_KINDS;`;
    expect(compiled(program)).toBe('');
    expect(
      compiled(`import type { SpotterEvent } from 'PACKAGE/events';
      export const read = (event: SpotterEvent): string => event.persn;`),
    ).toMatch(/Property 'persn' does not exist/);
  });
});
