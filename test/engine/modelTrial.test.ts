import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryModels } from '../../src/engine/modelTrial.js';
import type { DeclaredModel } from '../../src/models/catalogueEntry.js';
import { startPool } from '../helpers/engine.js';
import { linearEmbedder } from '../helpers/linearEmbedder.js';
import { root } from '../helpers/paths.js';

const input = { id: 'mine', colour: 'rgb' as const, trial: true, data: [] };
const detector = (level: number, std: number): DeclaredModel => ({
  ...input,
  kind: 'scrfd',
  file: path.join(root, 'models/spotter-det.onnx'),
  mean: [level, level, level],
  std: [std, std, std],
  score: 0.5,
  reach: [24, 320],
  landmarks: 'network',
});
const embedder = (file: string, embedding: number): DeclaredModel => ({
  ...input,
  kind: 'arcface',
  file,
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
  embedding,
  threshold: 0.4,
  margin: 0.05,
  photoSharpness: 0.08,
});

/** Tries one declared model beside one of the catalogue. */
async function trial(model: DeclaredModel): Promise<void> {
  const { pool, prepared } = await startPool((config) => {
    config.models.declared = [model];
    config[model.kind === 'arcface' ? 'embedder' : 'detector'] = 'mine';
  });
  return tryModels(pool, prepared);
}

describe('tryModels', () => {
  it('accepts a detector and an embedder that work', async () => {
    await trial(detector(127.5, 128));
    await trial(embedder(path.join(root, 'models/spotter-embed.onnx'), 128));
  });

  it('refuses a detector whose numbers are wrong, with what to check', async () => {
    await expect(trial(detector(0, 1))).rejects.toThrow(
      /^detector "mine" \(\S+spotter-det.onnx\) does not find the face of the test picture \(it finds \d+\); check kind, colour, mean, std and score/,
    );
  });

  it('refuses an embedder that does not tell faces apart', async () => {
    // The mean colour, weighted: nearly the same for every picture.
    const colours = { ...embedder(linearEmbedder(64, Math.sin), 64), mean: [0, 0, 0] } as DeclaredModel;
    await expect(trial(colours)).rejects.toThrow(
      /^embedder "mine" \(\S+\) does not tell the test faces apart \(.* of two people \d\.\d+\); check colour, mean, std/,
    );
    await trial({ ...colours, trial: false });
  });
});
