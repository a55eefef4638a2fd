import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/events/event.js';
import { jsonLines, spotter } from '../helpers/cli.js';
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
  ffmpeg('-i', demoClip, '-vf', 'fps=1', '-c:v', 'libx264', '-preset', 'ultrafast', clip);
  const file = path.join(folder, 'config.yaml');
  writeFileSync(
    file,
    `cameras:
  - { id: front-door, url: clip.mp4, realtime: false, zones: [{ name: porch, points: [[0, 0], [1, 0], [1, 1], [0, 1]] }] }
  - { id: yard, url: clip.mp4, realtime: false, match: { threshold: 0.99 } }
http: { port: 0 }
visits: { enabled: true }
snapshots: { enabled: true }
`,
  );
  return file;
}

describe('spotter run: published events', () => {
  it('are what the schemas describe and docs/samples.md shows', async () => {
    const { code, stdout } = await spotter(['run', '-c', configured(), '--until-end', '--events', 'json']);
    expect(code).toBe(0);
    const events = jsonLines(stdout);
    for (const event of events) expectPublished(event);
    // daemon.test.ts has the gap.
    const kinds = EVENT_KINDS.filter((kind) => kind !== 'gap');
    expect(
      kinds.filter((kind) => !events.some((event) => event.kind === kind && isLikeSample(event))),
    ).toEqual([]);
  });
});
