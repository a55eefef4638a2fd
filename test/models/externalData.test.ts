import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { dataLocations } from '../../src/models/dataLocations.js';
import { requireModel } from '../../src/models/install.js';
import { prepare } from '../../src/models/prepare.js';
import { Networks } from '../../src/worker/networks.js';
import { configWith } from '../helpers/engine.js';
import { declaredEmbedder, moveOut, writeExternalEmbedder } from '../helpers/externalModel.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('a model whose weights lie in another file', () => {
  const prepared = (...entry: Parameters<typeof declaredEmbedder>) =>
    prepare(
      configWith((config) => {
        config.embedder = 'mine';
        config.models.declared = [declaredEmbedder(...entry)];
      }).config,
    );

  it('is loaded when the file is listed and right, and refused when that is swapped after its check', async () => {
    const folder = temporaryFolder();
    const { file, sha256 } = writeExternalEmbedder(folder);
    const { settings, modelKey } = await prepared(file, [{ file: 'mine.data', sha256 }]);
    const data = path.join(folder, 'mine.data');
    expect(settings.embedder.data).toMatchObject([{ path: data, checked: { sha256 } }]);
    await Networks.load(settings);

    const weights = readFileSync(data);
    weights[0] ^= 1;
    writeFileSync(`${data}.new`, weights);
    renameSync(`${data}.new`, data);
    await expect(Networks.load(settings)).rejects.toMatchObject({
      code: 'model.hash_mismatch',
      message: expect.stringMatching(
        /^model "mine": \S+mine\.data has changed since its SHA-256 was verified; find/,
      ),
    });
    await expect(prepared(file, [{ file: 'mine.data', sha256 }])).rejects.toMatchObject({
      code: 'model.hash_mismatch',
      message: expect.stringMatching(/mine\.data is damaged or another file \(SHA-256 .*; install it again$/),
    });
    const refused: Error = await prepared(file, []).catch((error) => error);
    const [, other] = /sha256: (\w{64}) /.exec(refused.message) ?? [];
    // Photos are embedded again.
    expect((await prepared(file, [{ file: 'mine.data', sha256: other }])).modelKey).not.toBe(modelKey);
  });

  it('is refused when the file is not listed, with what to write', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'weights'));
    const { file, sha256 } = writeExternalEmbedder(folder, 'weights/mine.data');
    const listed = [{ file: 'weights/mine.data', sha256 }];
    await expect(prepared(file, [{ ...listed[0], file: 'mine.data' }])).rejects.toMatchObject({
      code: 'model.unfit',
      message: `model "mine": ${folder}/weights/mine.data has weights of it and is not verified; export the model as one file, or declare it in models.declared with data: [{ file: weights/mine.data, sha256: ${sha256} }] if that is the right file`,
    });
    await Networks.load((await prepared(file, listed)).settings);
    renameSync(path.join(folder, 'weights/mine.data'), path.join(folder, 'elsewhere'));
    await expect(prepared(file, listed)).rejects.toMatchObject({
      code: 'model.not_found',
      message: expect.stringContaining(
        'weights/mine.data does not exist, where mine.onnx has its weights; put it there',
      ),
    });
    // The SHA-256 says what it is, wherever it is kept.
    symlinkSync('../elsewhere', path.join(folder, 'weights/mine.data'));
    expect((await prepared(file, listed)).settings.embedder.data).toHaveLength(1);
  });

  it.each(['../mine.data', '/nowhere/mine.data', 'a/../../mine.data'])(
    'is refused when the file is outside of its folder, even if listed: %s',
    async (location) => {
      const folder = path.join(temporaryFolder(), 'models');
      mkdirSync(folder);
      const file = path.join(folder, 'mine.onnx');
      writeFileSync(file, onnx({ graph: { initializer: [external(location)] } }));
      await expect(
        requireModel(declaredEmbedder(file, [{ file: location, sha256: '0'.repeat(64) }]), [folder]),
      ).rejects.toMatchObject({
        code: 'model.unfit',
        message: `model "mine": ${file} reads its weights from ${location}, outside of its folder; export it with the weights in one file`,
      });
    },
  );
});

function onnx(model: MessageInitShape<typeof ModelProtoSchema>): Uint8Array {
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
}

function external(location: string): TensorProto {
  const tensor = create(TensorProtoSchema, {
    name: location,
    dims: [1n],
    dataType: 1,
    rawData: new Uint8Array(4),
  });
  moveOut(tensor, location);
  return tensor;
}

describe('dataLocations', () => {
  const locationsOf = (bytes: Uint8Array) => {
    const file = path.join(temporaryFolder(), 'm.onnx');
    writeFileSync(file, bytes);
    return dataLocations(file).sort();
  };

  it('finds them wherever a tensor may be', () => {
    const constant = (location: string) =>
      create(NodeProtoSchema, { opType: 'Constant', attribute: [{ name: 'value', t: external(location) }] });
    const branch = create(GraphProtoSchema, { node: [constant('branch')], initializer: [external('inner')] });
    const bytes = onnx({
      graph: {
        initializer: [
          create(TensorProtoSchema, { rawData: new Uint8Array(300_000).fill(255) }),
          external('graph'),
          external('graph'),
        ],
        sparseInitializer: [{ values: external('values'), indices: external('indices') }],
        node: [
          constant('constant'),
          create(NodeProtoSchema, {
            attribute: [
              { g: branch, graphs: [create(GraphProtoSchema, { initializer: [external('listed')] })] },
              { tensors: [external('tensors')], sparseTensor: { values: external('sparse') } },
              { sparseTensors: [{ indices: external('sparses') }] },
            ],
          }),
        ],
      },
      functions: [{ node: [constant('function')], attributeProto: [{ t: external('default') }] }],
      trainingInfo: [{ initialization: { initializer: [external('training')] } }],
    });
    expect(locationsOf(bytes)).toEqual(
      [
        ['graph', 'values', 'indices', 'constant', 'branch', 'inner', 'listed', 'tensors', 'sparse'],
        ['sparses', 'function', 'default', 'training'],
      ]
        .flat()
        .sort(),
    );
  });

  it('finds none where the values are in the file, nor in what is no ONNX', () => {
    const stale = external('stale');
    stale.dataLocation = TensorProto_DataLocation.DEFAULT;
    expect(locationsOf(onnx({ graph: { initializer: [stale] } }))).toEqual([]);
    expect(dataLocations(path.join(root, 'models/spotter-det.onnx'))).toEqual([]);
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(100, 255), Buffer.from('<!doctype html><html>')])
      expect(locationsOf(bytes)).toEqual([]);
    const cut = onnx({ graph: { initializer: [external('x')] } });
    expect(locationsOf(cut.subarray(0, cut.length - 3))).toEqual([]);
  });
});
