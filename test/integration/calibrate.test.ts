import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { beginningOf } from '../helpers/ffmpeg.js';
import { collins, demoClip, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A gallery of one person, with a configuration beside it. */
async function galleryOfGrace(folder: string): Promise<string> {
  mkdirSync(path.join(folder, 'people/grace'), { recursive: true });
  copyFileSync(hopper, path.join(folder, 'people/grace/portrait.jpg'));
  // Another camera and another day, as far as one portrait allows.
  const other = await sharp(hopper).flop().linear(0.5, 80).resize(120).png().toBuffer();
  writeFileSync(path.join(folder, 'people/grace/later.png'), other);
  const config = path.join(folder, 'config.yaml');
  writeFileSync(config, 'gallery: people # ours\ndata: data\nmatch: { falseNames: 0.01 } # lax\n');
  return config;
}

describe('spotter calibrate', () => {
  it('compares each photo with the others, strangers with all, draws both, and writes what is asked for', async () => {
    const folder = temporaryFolder();
    const config = await galleryOfGrace(folder);
    mkdirSync(path.join(folder, 'visitors'));
    copyFileSync(collins, path.join(folder, 'visitors/1.png'));
    writeFileSync(path.join(folder, 'visitors/broken.jpg'), 'no picture');
    const svg = path.join(folder, 'plot.svg');
    const options = ['--strangers', path.join(folder, 'visitors'), '--svg', svg, '--json'];
    const { code, stdout, stderr } = await spotter([
      ...['calibrate', '-c', config, ...options],
      ...['--write', '--false-names', '0.0002'],
    ]);
    expect(stderr).toMatch(/^spotter: skipped .*broken\.jpg: it is damaged or not a picture/);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      people: 1,
      compared: 3,
      strangers: [{ source: 'strangers', faces: 1, people: 1, named: 0 }],
      current: {
        falseNames: 0.01,
        strangersNamed: { count: 0, of: 1, low: 0, high: 0.975 },
        missed: { count: 0, of: 2, independent: 1 },
      },
      advice: { kind: 'keep' },
      written: { file: config, lines: [{ line: 3, text: 'match: { falseNames: 0.0002 } # lax' }] },
    });
    expect(readFileSync(config, 'utf8')).toBe(
      'gallery: people # ours\ndata: data\nmatch: { falseNames: 0.0002 } # lax\n',
    );
    const { width } = await sharp(svg).metadata();
    expect(width).toBe(800);
  });

  it('names a known person among the strangers and in the recording, and writes nothing then', async () => {
    const folder = temporaryFolder();
    const config = await galleryOfGrace(folder);
    mkdirSync(path.join(folder, 'visitors'));
    copyFileSync(collins, path.join(folder, 'visitors/1.png'));
    const again = await sharp(hopper).resize(400).png().toBuffer();
    writeFileSync(path.join(folder, 'visitors/2.png'), again);
    const before = readFileSync(config, 'utf8');
    const { code, stdout, stderr } = await spotter([
      ...['calibrate', '-c', config, '--strangers', path.join(folder, 'visitors')],
      ...['--clip', beginningOf(demoClip, 0.4), '--write', '--false-names', '0.0002'],
    ]);
    expect(stderr).toMatch(/^spotter: track 1 at 0:00\.0 is no stranger: the face is that of grace/m);
    expect(stderr).toMatch(/^spotter: .*2\.png is no stranger: the face is that of grace; left out/);
    expect(stdout).toMatch(/^strangers {2}1 photo of 1 person \(--strangers\): 0 named$/m);
    expect(stdout).toMatch(/^--- 0\.\d\d a name from here on -+$/m);
    expect(stdout).toContain('config.yaml stays as it is');
    expect(
      Math.max(
        ...stdout
          .split('\n')
          .slice(3, -8)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    expect(code).toBe(1);
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  it('says that it cannot, and why, in a gallery of one person', async () => {
    const config = await galleryOfGrace(temporaryFolder());
    const { code, stdout, stderr } = await spotter(['calibrate', '-c', config]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^spotter: cannot calibrate: gallery .* has one person.*--strangers.*\n$/);
  });
});
