import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
} from 'onnx-buf';
import type { DeclaredModel } from '../../src/models/catalogueEntry.js';
import { root } from './paths.js';

/** Moves the values of a tensor into another file. @param location as the tensor names that file */
export function moveOut(tensor: TensorProto, location: string, offset = 0): Uint8Array {
  const bytes = tensor.rawData;
  const entries = { location, offset: String(offset), length: String(bytes.length) };
  tensor.externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.rawData = new Uint8Array();
  return bytes;
}

/** Writes spotter-embed with its weights in another file. @param location as the model names that file */
export function writeExternalEmbedder(
  folder: string,
  location = 'mine.data',
): { file: string; sha256: string } {
  const model = fromBinary(ModelProtoSchema, readFileSync(path.join(root, 'models/spotter-embed.onnx')));
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensor.rawData.length < 256) continue;
    parts.push(moveOut(tensor, location, length));
    length += parts.at(-1)?.length ?? 0;
  }
  const file = path.join(folder, 'mine.onnx');
  writeFileSync(file, toBinary(ModelProtoSchema, model));
  const data = Buffer.concat(parts);
  writeFileSync(path.resolve(folder, location), data);
  return { file, sha256: createHash('sha256').update(data).digest('hex') };
}

/** An entry of `models.declared` for it. */
export function declaredEmbedder(file: string, data: DeclaredModel['data']): DeclaredModel {
  return {
    kind: 'arcface',
    id: 'mine',
    file,
    data,
    colour: 'rgb',
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
    embedding: 128,
    threshold: 0.4,
    margin: 0.05,
    photoSharpness: 0.08,
    trial: true,
  };
}
