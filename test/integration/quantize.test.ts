import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { finish, spotter, start } from '../helpers/cli.js';
import { inProcess } from '../helpers/inProcess.js';
import { demoClip, hopper, needShared } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

/**
 * A folder for models, and one with a photo several times, in files that differ in their last byte, which shows nothing. The
 * configuration has pictures searched at half of the usual size, for a quarter of the work.
 */
function folders(photo: string, copies: number): { models: string; photos: string; config: string } {
  const folder = temporaryFolder();
  const [models, photos] = [path.join(folder, 'models'), path.join(folder, 'photos')];
  const config = path.join(folder, 'config.yaml');
  writeFileSync(config, 'detection: { longestSide: 320 }\n');
  mkdirSync(models);
  mkdirSync(photos);
  const content = readFileSync(photo);
  for (let index = 0; index < copies; index++)
    writeFileSync(
      path.join(photos, `${index}${path.extname(photo)}`),
      Buffer.concat([content, Buffer.of(index)]),
    );
  return { models, photos, config };
}

describe('spotter models quantize', () => {
  it('makes a variant that is listed, used, stale when its model changes, and removed', async (context) => {
    vi.stubEnv('SPOTTER_MODELS', needShared(context, 'models'));
    const crowd = needShared(context, 'media/people/multiface.jpg');
    const { models, photos, config } = folders(crowd, 20);
    const common = ['--models', models, '-c', config];
    const run = (...args: string[]) => inProcess(['models', ...args, ...common]);
    const detect = () => spotter(['detect', crowd, '--detector', 'scrfd-2.5g-int8', ...common]);
    const made = await run('quantize', 'scrfd-2.5g', '--calibrate', photos, '--json');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { file, fidelity, speed, from } = JSON.parse(made.stdout);
    expect(file).toBe(path.join(models, 'scrfd-2.5g-int8.onnx'));
    expect(from.id).toBe('scrfd-2.5g');
    expect(fidelity.faces).toBe(120);
    expect(fidelity.recall).toBe(1);
    expect(speed.int8Ms).toBeGreaterThan(0);
    expect(readdirSync(models).sort()).toEqual(['scrfd-2.5g-int8.onnx', 'scrfd-2.5g-int8.variant.json']);

    expect((await run('list')).stdout).toMatch(/^scrfd-2.5g-int8 +scrfd +1.1 MB +installed +non-commercial/m);
    const found = await detect();
    expect(JSON.parse(found.stdout).faces).toHaveLength(6);
    const again = await run('quantize', 'scrfd-2.5g-int8', '--calibrate', photos);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/is quantized already; give scrfd-2.5g/);

    const record = path.join(models, 'scrfd-2.5g-int8.variant.json');
    writeFileSync(record, readFileSync(record, 'utf8').replaceAll(from.sha256, 'a'.repeat(64)));
    expect((await run('list')).stdout).toMatch(/^scrfd-2.5g-int8 .* stale /m);
    const stale = await detect();
    expect(stale.code).toBe(2);
    expect(stale.stderr).toMatch(
      /made from another file of scrfd-2.5g .* make it again with ".* models quantize scrfd-2.5g --calibrate PATH"/,
    );

    expect((await run('remove', 'scrfd-2.5g-int8')).code).toBe(0);
    expect(readdirSync(models)).toEqual([]);
  });

  it('refuses too few pictures, too few faces, and what does not exist, and writes nothing', async () => {
    const { models, photos, config } = folders(hopper, 20);
    const fails = async (id: string, calibrate: string, message: RegExp) => {
      const { code, stderr } = await inProcess([
        ...['models', 'quantize', id, '--calibrate', calibrate],
        ...['--models', models, '-c', config],
      ]);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    };
    await fails(
      'spotter-dat',
      photos,
      /model "spotter-dat" is not in the catalogue; did you mean "spotter-det"\?/,
    );
    await fails(
      'spotter-det',
      path.join(photos, 'none'),
      /--calibrate .*none does not exist; give a folder of photos or a recording/,
    );
    await fails('spotter-det', models, /has 0 pictures, too few .* give at least 20/);
    await fails('spotter-det', photos, /20 faces in 20 pictures are too few to judge .* at least 100 faces/);
    expect(readdirSync(models)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const { models } = folders(hopper, 0);
    const child = start(['models', 'quantize', 'spotter-det', '--calibrate', demoClip, '--models', models]);
    const ended = finish(child);
    await new Promise<void>((resolve) => {
      const watcher = watch(models, () => {
        watcher.close();
        resolve();
      });
    });
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(models)).toEqual([]);
  });
});
