import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFile, EmbeddingCache } from '../../src/gallery/cache.js';
import { forgetCached } from '../../src/gallery/edit.js';
import { eraseFiles } from '../../src/gallery/erasure.js';
import { spellingsIn } from '../../src/gallery/spellings.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { collins, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('Gallery with two spellings of a name', () => {
  it('uses the photos of both for one person, reports it once, and forgets both', async () => {
    const folder = path.join(temporaryFolder(), 'gallery');
    for (const person of ['grace', 'Eileen']) mkdirSync(path.join(folder, person), { recursive: true });
    copyFileSync(hopper, path.join(folder, 'grace/a.jpg'));
    copyFileSync(collins, path.join(folder, 'Eileen/a.png'));
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const settled = { writeSettled: { quietMs: 0, brokenMs: 0 } };
    const engine = await startPool();
    const gallery = galleryOver(folder, engine, { ...settled, onWarning });
    await gallery.start();
    expect([gallery.snapshot.people, warnings]).toEqual([['Eileen', 'grace'], []]);

    mkdirSync(path.join(folder, 'Grace'));
    copyFileSync(hopper, path.join(folder, 'Grace/b.jpg'));
    writeFileSync(path.join(folder, 'GRACE.yaml'), 'threshold: 0.6');
    await gallery.refresh();
    expect(gallery.snapshot.people).toEqual(['Eileen', 'GRACE']);
    expect(gallery.snapshot.photos).toBe(3);
    expect(gallery.settings.get('GRACE')?.threshold).toBe(0.6);
    expect(warnings).toEqual(['GRACE and Grace and grace are one person, GRACE; give the folders one name']);
    rmSync(path.join(folder, 'GRACE.yaml'));
    await gallery.refresh();
    expect(gallery.snapshot.people).toEqual(['Eileen', 'Grace']);
    await gallery.stop();

    expect((await spellingsIn(folder, 'gRACE')).sort()).toEqual(['Grace', 'gRACE', 'grace']);
    expect((await eraseFiles(folder, 'gRACE')).removed.sort()).toEqual(['Grace/', 'grace/']);
    expect(readdirSync(folder)).toEqual(['Eileen']);
    const file = cacheFile(path.join(path.dirname(folder), 'data'), folder);
    expect(await forgetCached(file, 'gRACE')).toBe(2);
    const cache = new EmbeddingCache(file);
    await cache.read();
    expect([...(cache.folder?.settings.keys() ?? [])]).toEqual([]);
  });
});
