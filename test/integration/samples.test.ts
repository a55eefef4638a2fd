import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/events/event.js';
import { type Finished, jsonLines, spotter } from '../helpers/cli.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { collins, demoClip, hopper } from '../helpers/paths.js';
import { expectPublished, isLikeSample } from '../helpers/samples.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A configuration that leads to every kind of event but a gap: two cameras, and one face under two names. */
function configured(): string {
  const folder = temporaryFolder();
  for (const [name, photo] of [
    ['grace-hopper', hopper],
    ['eileen', collins],
    ['collins', collins],
  ]) {
    mkdirSync(path.join(folder, 'gallery', name), { recursive: true });
    copyFileSync(photo, path.join(folder, 'gallery', name, path.basename(photo)));
  }
  writeFileSync(path.join(folder, 'gallery/grace-hopper/person.yaml'), 'displayName: Grace Hopper\n');
  const clip = path.join(folder, 'clip.mp4');
  ffmpeg('-i', demoClip, '-vf', 'fps=2', '-c:v', 'libx264', '-preset', 'ultrafast', clip);
  const file = path.join(folder, 'config.yaml');
  writeFileSync(
    file,
    `cameras:
  - { id: front-door, url: clip.mp4, realtime: false, zones: [{ name: porch, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }] }
  - { id: yard, url: clip.mp4, realtime: false, match: { threshold: 0.999 } }
http: { port: 0 }
visits: { enabled: true }
snapshots: { enabled: true }
`,
  );
  return file;
}

describe('spotter run: published events', () => {
  let ran: Promise<Finished> | undefined;
  /** One run for all tests, by whichever comes first. */
  const published = async () => {
    ran ??= spotter(['run', '-c', configured(), '--until-end', '--events', 'json']);
    const { code, stdout } = await ran;
    expect(code).toBe(0);
    return jsonLines(stdout);
  };

  it('are what the schemas describe and docs/samples.md shows', async () => {
    const events = await published();
    for (const event of events) expectPublished(event);
    // daemon.test.ts has the gap.
    const kinds = EVENT_KINDS.filter((kind) => kind !== 'gap');
    expect(
      kinds.filter((kind) => !events.some((event) => event.kind === kind && isLikeSample(event))),
    ).toEqual([]);
  });

  it('have the threshold of their camera, which applies to this camera alone', async () => {
    const events = await published();
    const judged = (camera: string) =>
      events.filter((event) => event.camera === camera && event.threshold !== null);
    expect(new Set(judged('yard').map(({ kind, threshold }) => `${kind} ${threshold}`))).toEqual(
      new Set(['unknown 0.999', 'left 0.999']),
    );
    expect(judged('yard').every(({ odds }) => odds === null)).toBe(true);
    const matches = judged('front-door').filter(({ kind }) => kind === 'match');
    expect(new Set(matches.map(({ person }) => person))).toEqual(new Set(['grace-hopper']));
    const [match] = matches;
    expect(match).toMatchObject({
      person: 'grace-hopper',
      reason: expect.stringMatching(/^similarity 0\.\d\d, odds 1 : .*; nearest is grace-hopper; /),
    });
    expect(match.odds).toBeLessThan(0.001);
    expect(match.similarity).toBeGreaterThan(match.threshold as number);
  });
});
