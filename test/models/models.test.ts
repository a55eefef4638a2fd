import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  Catalogue,
  namedModels,
  parseCatalogue,
  readCatalogue,
  readCatalogueFile,
} from '../../src/models/catalogue.js';
import { catalogueEntry, type DeclaredModel } from '../../src/models/catalogueEntry.js';
import { findModel, requireModel } from '../../src/models/install.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const known = readCatalogue();
const catalogue = new Catalogue(known, []);
const declared: DeclaredModel = {
  kind: 'scrfd',
  id: 'mine',
  file: path.join(root, 'models/spotter-det.onnx'),
  data: [],
  colour: 'rgb',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  score: 0.5,
  trial: true,
  reach: [16, 300],
  landmarks: 'network',
};

describe('Catalogue', () => {
  it('contains the ids that users rely on', () => {
    const ids = known.map(({ id }) => id);
    const promised = [
      'scrfd-10g',
      'scrfd-2.5g',
      'scrfd-500m',
      'yunet',
      'arcface-r50',
      'arcface-mbf',
      'mobilefacenet',
      'sface',
    ];
    expect(ids).toEqual(expect.arrayContaining(['spotter-det', 'spotter-embed', ...promised]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is in dist/ as it is once parsed, and read from there', () => {
    const parsed = parseCatalogue(readFileSync(path.join(root, 'models/catalogue.yaml'), 'utf8'));
    const { content } = JSON.parse(readFileSync(path.join(root, 'dist/src/catalogue.json'), 'utf8'));
    expect(content).toEqual(parsed);
    expect(readCatalogueFile()).toEqual(content);
  });

  it.each([
    ['missing', null],
    ['empty', ''],
    ['no YAML', 'models: ['],
    ['cut off', 'models: []\n'],
  ])('is refused in one sentence when it is %s', (_what, text) => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'models/catalogue.yaml');
    mkdirSync(path.dirname(file));
    if (text !== null) writeFileSync(file, text);
    expect(() => readCatalogueFile(folder)).toThrow(
      `${file}, which comes with spotter, is missing or damaged; install spotter again`,
    );
  });

  it('is read although what it was parsed to is damaged', () => {
    const folder = temporaryFolder();
    for (const name of ['models', 'dist/src']) mkdirSync(path.join(folder, name), { recursive: true });
    copyFileSync(path.join(root, 'models/catalogue.yaml'), path.join(folder, 'models/catalogue.yaml'));
    writeFileSync(path.join(folder, 'dist/src/catalogue.json'), '{');
    expect(readCatalogueFile(folder)).toEqual(readCatalogueFile());
  });

  it('says what the network for landmarks is to whoever names it', () => {
    const sentence =
      'model "spotter-landmarks" comes with spotter for landmarks, and is neither chosen, quantized nor removed; name a detector or an embedder';
    expect(() => catalogue.detector('spotter-landmarks')).toThrow(sentence);
    expect(() => catalogue.find('spotter-landmarks')).toThrow(sentence);
    expect(() => namedModels(['spotter-landmarks'], known, readCatalogueFile())).toThrow(sentence);
  });

  it('says of every file how large it is and where it is, or why not, and of every model what its licence forbids', () => {
    for (const { id, kind, licence, nonCommercial, included, files } of known) {
      expect({ id, kind, licence }).toEqual({ id, kind: expect.any(String), licence: expect.any(String) });
      expect(nonCommercial).toBe(/non-commercial|\bNC\b/.test(licence));
      for (const { sha256, bytes, url, why } of files) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        if (bytes === null || url === null) expect(why).toMatch(/\w/);
        expect(url ?? 'https://').toMatch(/^https:\/\//);
      }
      if (included) expect(statSync(path.join(root, 'models', files[0].file)).size).toBe(files[0].bytes);
    }
    const [file] = known[0].files;
    const parsed = (changes: object) =>
      catalogueEntry.safeParse({ ...known[0], files: [{ ...file, ...changes }] }).success;
    expect(parsed({})).toBe(true);
    for (const wrong of [
      { why: undefined },
      { bytes: 0 },
      { url: 'http://example.com/x' },
      { file: '../x.onnx' },
      { sha256: 'abc' },
    ])
      expect(parsed(wrong)).toBe(false);
  });

  it('packs models that it has, and archives files that it has', () => {
    const { packs, archives } = readCatalogueFile();
    expect(Object.keys(packs)).toEqual(
      expect.arrayContaining(['buffalo_l', 'buffalo_s', 'opencv', 'mobile']),
    );
    for (const { detector, embedder } of Object.values(packs))
      expect([catalogue.detector(detector).id, catalogue.embedder(embedder).id]).toEqual([
        detector,
        embedder,
      ]);
    const files = known.flatMap((entry) => entry.files.map(({ file }) => file));
    expect(files).toEqual(expect.arrayContaining(archives.flatMap(({ members }) => members)));
    expect(known.map(({ id }) => id)).not.toEqual(expect.arrayContaining(Object.keys(packs)));
  });

  it('finds models by id and pack, each once', () => {
    const named = (...names: string[]) => namedModels(names, known, readCatalogueFile()).map(({ id }) => id);
    expect(named('sface', 'opencv', 'sface')).toEqual(['sface', 'yunet']);
    expect(() => named('bufalo_l')).toThrow(
      'model "bufalo_l" is not in the catalogue; did you mean "buffalo_l"?',
    );
    expect(() => named('constructor')).toThrow('is not in the catalogue');
  });

  it('has a threshold for every embedder', () => {
    for (const entry of known) {
      if (entry.kind === 'arcface') expect(entry.threshold).toBeGreaterThan(0.2);
    }
  });

  it('suggests the nearest id, and refuses a detector as embedder', () => {
    expect(() => catalogue.detector('scrfd-25g')).toThrow(
      /detector "scrfd-25g" is not in the catalogue; did you mean "scrfd-2.5g"\?/,
    );
    expect(() => catalogue.embedder('yunet')).toThrow(
      /model "yunet" is a detector and cannot be the embedder/,
    );
  });

  it('lets the configuration add a model or replace one of the same id', () => {
    expect(new Catalogue(known, [declared]).detector('mine')).toBe(declared);
    const replaced = new Catalogue(known, [{ ...declared, id: 'yunet' }]);
    expect(replaced.detector('yunet')).toMatchObject({ kind: 'scrfd' });
    expect(replaced.entries.filter(({ id }) => id === 'yunet')).toHaveLength(1);
  });
});

describe('findModel and requireModel', () => {
  const entry = catalogue.detector('spotter-det');
  const bundled = path.join(root, 'models');

  it('use the first folder that has the file', async () => {
    const folder = temporaryFolder();
    expect(findModel(entry, [folder, bundled])?.path).toBe(path.join(bundled, 'spotter-det.onnx'));
    copyFileSync(path.join(bundled, 'spotter-det.onnx'), path.join(folder, 'spotter-det.onnx'));
    expect((await requireModel(entry, [folder, bundled])).path).toBe(path.join(folder, 'spotter-det.onnx'));
  });

  it('report what to put where when the file does not exist', async () => {
    const folder = temporaryFolder();
    await expect(requireModel(entry, [folder])).rejects.toMatchObject({ code: 'model.not_found' });
    await expect(requireModel(catalogue.detector('yunet'), [folder])).rejects.toThrow(
      /^model "yunet" is not installed: .*spotter models pull yunet --models \S+ \(0\.2 MB, MIT\)$/,
    );
    await expect(requireModel(catalogue.embedder('mobilefacenet'), [folder])).rejects.toThrow(
      /is not installed: .* pull mobilefacenet --from FOLDER --models \S+, with mobilefacenet\.onnx in that folder/,
    );
    await expect(requireModel(catalogue.detector('yunet'), [path.resolve('models')])).rejects.toThrow(
      /spotter models pull yunet \(0\.2 MB, MIT\)$/,
    );
    await expect(requireModel(readCatalogueFile().landmarks, [folder])).rejects.toThrow(
      'model "spotter-landmarks", which comes with spotter, is missing; install spotter again',
    );
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    [
      'damaged',
      (bytes) => {
        bytes[1000] ^= 1;
        return bytes;
      },
    ],
    ['truncated', (bytes) => bytes.subarray(0, 1000)],
    ['empty', () => Buffer.alloc(0)],
  ])('refuse a file that is %s', async (_name, damage) => {
    const folder = temporaryFolder();
    writeFileSync(
      path.join(folder, 'spotter-det.onnx'),
      damage(readFileSync(path.join(bundled, 'spotter-det.onnx'))),
    );
    await expect(requireModel(entry, [folder])).rejects.toMatchObject({
      code: 'model.hash_mismatch',
      exitCode: 2,
    });
  });

  it('refuse an empty file that is declared without a hash', async () => {
    const file = path.join(temporaryFolder(), 'mine.onnx');
    writeFileSync(file, '');
    await expect(requireModel({ ...declared, file }, [temporaryFolder()])).rejects.toThrow(
      `model "mine": ${file} is empty; put the file of the model there again`,
    );
  });

  it('accept a declared model with its path and without a hash', async () => {
    const { checked, ...found } = await requireModel(declared, [temporaryFolder()]);
    await expect(requireModel({ ...declared, file: '/nowhere/x.onnx' }, [bundled])).rejects.toThrow(
      /model "mine": \/nowhere\/x.onnx does not exist; check models.declared/,
    );
    expect(found.path).toBe(declared.file);
    const [{ sha256: expected }] = entry.kind === 'scrfd' && 'files' in entry ? entry.files : [];
    expect(checked.sha256).toBe(expected);
    expect(found.data).toEqual([]);
  });
});
