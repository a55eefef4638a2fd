import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cpuKind, overflows } from '../../src/core/cpuKind.js';
import { Catalogue, readCatalogue } from '../../src/models/catalogue.js';
import { requireModel, staleReason } from '../../src/models/install.js';
import {
  installVariant,
  int8Id,
  isVariant,
  type VariantRecord,
  variantFiles,
} from '../../src/models/variant.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const known = readCatalogue();
const original = path.join(root, 'models/spotter-det.onnx');
const float = new Catalogue(known, []).detector('spotter-det');

/** A folder with a variant of the built-in detector; its file is that of the detector itself. */
async function withVariant(changes: Partial<VariantRecord> = {}) {
  const folder = temporaryFolder();
  const [{ sha256 }] = 'files' in float ? float.files : [];
  const record: VariantRecord = {
    id: int8Id(float.id),
    file: 'spotter-det-int8.onnx',
    sha256,
    from: { id: float.id, sha256 },
    tool: '1.0.0',
    madeAt: '2026-01-01T00:00:00Z',
    cpu: { model: 'some processor', arch: 'x64', vnni: true },
    reduceRange: overflows(cpuKind()),
    layers: { all: 3, quantized: 1 },
    fidelity: {},
    speed: { floatMs: 20, int8Ms: 10 },
    ...changes,
  };
  const made = path.join(folder, 'made.tmp');
  copyFileSync(original, made);
  await installVariant(made, folder, record);
  const folders = [folder, path.join(root, 'models')];
  const catalogue = new Catalogue(known, [], folders);
  return { folder, folders, catalogue, record };
}

describe('a variant of a model', () => {
  it('is used like the model it was made from, from a file of its own', async () => {
    const { folder, folders, catalogue } = await withVariant();
    const entry = catalogue.detector('spotter-det-int8');
    const { kind, colour, mean, std, score, reach } = float;
    expect(entry).toMatchObject({ kind, colour, mean, std, score, reach, licence: 'MIT', trial: false });
    expect('about' in entry && entry.about).toMatch(/2.0 times as quick on some processor/);
    expect((await requireModel(entry, folders)).path).toBe(path.join(folder, 'spotter-det-int8.onnx'));
    expect(await staleReason(entry, catalogue, folders)).toBeNull();
  });

  it('is stale when the model it was made from is another one now', async () => {
    const from = { id: 'spotter-det', sha256: 'b'.repeat(64) };
    const { folders, catalogue } = await withVariant({ from });
    expect(await staleReason(catalogue.detector('spotter-det-int8'), catalogue, folders)).toMatch(
      /model "spotter-det-int8" was made from another file of spotter-det \(SHA-256 bbbbbbbbbbbb…\) than the one installed .* make it again with/,
    );
  });

  it('needs no model that it was made from to be installed', async () => {
    const { folder, catalogue } = await withVariant();
    const entry = catalogue.detector('spotter-det-int8');
    expect(await staleReason(entry, catalogue, [folder])).toBeNull();
  });

  it('leaves nothing behind when it is removed', async () => {
    const { folder, catalogue } = await withVariant();
    const entry = catalogue.find('spotter-det-int8');
    if (isVariant(entry)) for (const file of variantFiles(entry)) rmSync(file);
    expect(readdirSync(folder)).toEqual([]);
    expect(new Catalogue(known, [], [folder]).entries).toHaveLength(known.length);
  });

  it('does not replace a model of the same id, and a damaged record is no variant', async () => {
    const { folder, folders } = await withVariant();
    const declared = { ...float, id: 'spotter-det-int8', file: original, trial: true };
    const { files: _, ...mine } = { files: null, ...declared };
    expect(isVariant(new Catalogue(known, [mine as never], folders).find('spotter-det-int8'))).toBe(false);
    writeFileSync(path.join(folder, 'spotter-det-int8.variant.json'), '{');
    expect(new Catalogue(known, [], folders).entries).toHaveLength(known.length);
  });

  it('that is damaged, or of another version, is reported, and can be removed', async () => {
    const { folder, folders } = await withVariant();
    const record = path.join(folder, 'spotter-det-int8.variant.json');
    for (const text of ['{', '', '[]', '{"format": 2, "id": "spotter-det-int8"}']) {
      writeFileSync(record, text);
      const catalogue = new Catalogue(known, [], folders);
      const why =
        /^model "spotter-det-int8": .*spotter-det-int8\.variant\.json is damaged or of another version of spotter; make it again with ".* models quantize spotter-det --calibrate PATH", or remove it with ".* models remove spotter-det-int8"$/;
      for (const find of ['find', 'detector', 'embedder'] as const)
        expect(() => catalogue[find]('spotter-det-int8')).toThrow(why);
      expect(catalogue.unusable).toMatchObject([
        { files: [path.join(folder, 'spotter-det-int8.onnx'), record] },
      ]);
    }
  });

  it('of a model that is not known any more is reported', async () => {
    const { folders } = await withVariant({ from: { id: 'mine', sha256: 'a'.repeat(64) } });
    expect(() => new Catalogue(known, [], folders).find('spotter-det-int8')).toThrow(
      /was made from "mine", which is not known any more; declare that again, or remove this with/,
    );
  });

  it('whose file is missing or damaged is to be made again, not installed', async () => {
    const { folder, folders, catalogue } = await withVariant();
    const entry = catalogue.find('spotter-det-int8');
    const file = path.join(folder, 'spotter-det-int8.onnx');
    const again = 'make it again with ".* models quantize spotter-det --calibrate PATH"$';
    writeFileSync(file, 'other');
    await expect(requireModel(entry, folders)).rejects.toThrow(new RegExp(`is damaged .*; ${again}`));
    rmSync(file);
    await expect(requireModel(entry, folders)).rejects.toThrow(new RegExp(`does not exist; ${again}`));
    expect(isVariant(entry) && variantFiles(entry)).toEqual([
      path.join(folder, 'spotter-det-int8.variant.json'),
    ]);
  });
});
