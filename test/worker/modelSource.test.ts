import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { fileState } from '../../src/core/fileHash.js';
import { modelSource } from '../../src/worker/modelSource.js';
import { Network } from '../../src/worker/network.js';
import type { ModelSpec } from '../../src/worker/protocol.js';
import { moveOut, writeExternalEmbedder } from '../helpers/externalModel.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

async function specOf(file: string, data: string[]): Promise<ModelSpec> {
  const checkedFile = async (name: string) => ({ path: name, checked: await fileState(name) });
  return {
    id: 'mine',
    ...(await checkedFile(file)),
    data: await Promise.all(data.map(checkedFile)),
    normalisation: { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] },
  };
}

describe('modelSource', () => {
  it('is the file of a model that has no other', async () => {
    const file = path.join(root, 'models/spotter-embed.onnx');
    expect(await modelSource(await specOf(file, []))).toBe(file);
  });

  it('has the weights of other files, on which a running network does not depend any more', async () => {
    const folder = temporaryFolder();
    const { file } = writeExternalEmbedder(folder);
    const data = path.join(folder, 'mine.data');
    const spec = await specOf(file, [data]);
    const network = await Network.open(await modelSource(spec), 'mine');
    const original = await Network.open(path.join(root, 'models/spotter-embed.onnx'), 'original');
    const picture = {
      data: Float32Array.from({ length: 3 * 112 * 112 }, (_, i) => Math.sin(i / 7)),
      dims: [1, 3, 112, 112],
    };
    const run = async (one: Network) => {
      const outputs = await one.run({ [one.inputs[0].name]: picture });
      return [...outputs[one.outputs[0].name].data];
    };
    const expected = await run(original);
    // As exporters do, into the file that is there.
    const open = openSync(data, 'r+');
    writeSync(open, Buffer.alloc(statSync(data).size));
    closeSync(open);
    expect(await run(network)).toEqual(expected);

    await expect(modelSource(spec)).rejects.toMatchObject({
      code: 'model.hash_mismatch',
      message: expect.stringMatching(/mine\.data has changed since its SHA-256 was verified; find out/),
    });
    const moved = { ...spec, path: `${file}.gone` };
    await expect(modelSource({ ...moved, data: [{ ...moved, path: file }] })).rejects.toThrow(
      'mine.onnx.gone has changed',
    );
  });

  it('puts the values where they belong, at their place in the file, wherever the tensor is', async () => {
    const tensor = (name: string, ...values: number[]) =>
      create(TensorProtoSchema, {
        name,
        dims: [BigInt(values.length)],
        dataType: 1,
        rawData: new Uint8Array(Float32Array.from(values).buffer),
      });
    const [first, second, third] = [tensor('first', 1, 2), tensor('second', 3), tensor('third', 4, 5, 6)];
    const branch = create(GraphProtoSchema, { name: 'branch', initializer: [second] });
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'x'.repeat(300),
      graph: {
        initializer: [tensor('here', 9), first],
        node: [create(NodeProtoSchema, { opType: 'If', attribute: [{ name: 'then', g: branch }] })],
      },
      functions: [{ name: 'f', node: [{ attribute: [{ name: 'value', t: third }] }] }],
    });
    const whole = toBinary(ModelProtoSchema, model);
    const folder = temporaryFolder();
    const [file, one, other] = ['m.onnx', 'one', 'other'].map((name) => path.join(folder, name));
    writeFileSync(one, Buffer.concat([moveOut(first, 'one', 0), moveOut(second, './one', 8)]));
    // Without offset and length, all of the file.
    writeFileSync(other, moveOut(third, 'other'));
    third.externalData = third.externalData.slice(0, 1);
    writeFileSync(file, toBinary(ModelProtoSchema, model));

    const source = await modelSource(await specOf(file, [one, other]));
    const read = fromBinary(ModelProtoSchema, source as Uint8Array);
    expect(Buffer.from(toBinary(ModelProtoSchema, read))).toEqual(Buffer.from(whole));
    expect(readFileSync(file).length).not.toBe(whole.length);
  });
});
