import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CurvesResult } from '../../bench/curves.js';
import { curveLines, curves } from '../../src/cli/benchCurves.js';
import { declaredModel } from '../../src/models/catalogueEntry.js';

const counts = { photos: 2, usable: 2, unusable: 0, noFace: 0, unreadable: 0 };
const result: CurvesResult = {
  detector: 'd',
  embedder: 'e',
  face: 'largest',
  photos: { gallery: counts, known: counts },
  unreadable: [],
  pairs: 12_345,
  looks: { frontal: 30, turned: 3, poor: 40 },
  copies: [{ files: ['/photos/a/one.jpg', '/photos/b/two.jpg'], similarity: 0.987 }],
  curves: {
    different: [-0.69812, -6.15687, -37.03912],
    shift: 0.016789,
    same: { frontal: [0.67123, 0.11567], turned: [0.6, 0.13], poor: [0.6, 0.13] },
  },
  notes: ['only 3 looks are turned'],
};

describe('curveLines', () => {
  const lines = curveLines(result);

  it('are YAML that a declared model takes as it is, under comments', () => {
    const block = parse(lines.join('\n'));
    expect(block.curves).toEqual({
      different: [-0.698, -6.157, -37.039],
      shift: 0.0168,
      same: { frontal: [0.671, 0.116], turned: [0.6, 0.13], poor: [0.6, 0.13] },
    });
    const model = { id: 'e', kind: 'arcface', file: 'e.onnx', mean: [0, 0, 0], std: [1, 1, 1] };
    const declared = declaredModel.parse({ ...model, embedding: 128, threshold: 0.4, ...block });
    expect(declared).toMatchObject({ curves: block.curves });
  });

  it('name photos of one face under two names, and what was not measured', () => {
    const comments = lines.filter((line) => line.startsWith('#')).join('\n');
    expect(comments).toContain('one.jpg and two.jpg (0.99)');
    expect(comments).toContain('only 3 looks are turned');
    expect(comments).toContain('12,345 pairs');
  });
});

describe('bench curves', () => {
  const context = { signal: new AbortController().signal } as Parameters<typeof curves>[0];

  it('refuses two sources of photos, and none', async () => {
    const options = { face: 'largest' } as const;
    for (const sources of [{}, { list: 'a.csv', people: 'b' }, { gallery: 'a' }])
      await expect(curves(context, { ...options, ...sources })).rejects.toThrow(
        /^give one of --list FILE, --people DIR, or --gallery DIR with --known DIR$/,
      );
  });
});
