import { describe, expect, it } from 'vitest';
import { leastSimilarity, memberOf, similarity, trialInput } from '../../src/compute/agreement.js';
import { readProfile } from '../../src/compute/profile.js';

const floats = (...values: number[]) => Float32Array.from(values);

describe('similarity', () => {
  it('is the cosine, whatever the length', () => {
    expect(similarity(floats(1, 2, 3), floats(2, 4, 6))).toBeCloseTo(1);
    expect(similarity(floats(1, 0), floats(0, 1))).toBeCloseTo(0);
    expect(similarity(floats(1, 2), floats(-1, -2))).toBeCloseTo(-1);
  });

  it('takes nothing for a result: other sizes, no numbers, or zeros where the CPU has others', () => {
    expect(similarity(floats(1, 2), floats(1))).toBe(-1);
    expect(similarity(floats(1, 2), floats(1, Number.NaN))).toBe(-1);
    expect(similarity(floats(1, 2), floats(0, 0))).toBe(-1);
    expect(similarity(floats(0, 0), floats(0, 0))).toBe(1);
  });

  it('of a network is that of its worst output', () => {
    const [a, b] = [floats(1, 2), floats(2, -1)].map((data) => ({ data, dims: [2] }));
    expect(leastSimilarity({ one: a, two: b }, { one: a, two: b })).toBeCloseTo(1);
    expect(leastSimilarity({ one: a, two: b }, { one: a, two: a })).toBeCloseTo(0);
    expect(leastSimilarity({ one: a, two: b }, { one: a })).toBe(-1);
  });
});

describe('memberOf', () => {
  it('is the part of each output that belongs to one picture', () => {
    const outputs = { scores: { data: floats(1, 2, 3, 4), dims: [2, 2, 1] } };
    expect(memberOf(outputs, 1, 2)).toEqual({ scores: { data: floats(3, 4), dims: [1, 2, 1] } });
  });

  it('is none where the first axis is not that of the pictures', () => {
    expect(memberOf({ scores: { data: floats(1, 2, 3, 4), dims: [4, 1] } }, 0, 2)).toBeNull();
  });
});

describe('trialInput', () => {
  it('is the same in every run, another one per variant, and within -1..1', () => {
    const [first, again, other] = [0, 0, 1].map((variant) => trialInput([1, 3, 8, 8], variant).data);
    expect(first).toEqual(again);
    expect(similarity(first, other)).toBeLessThan(0.5);
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});

describe('readProfile', () => {
  const event = (provider: string, op_name: string) => ({ cat: 'Node', args: { provider, op_name } });

  it('counts what ran where, and which of it is heavy', () => {
    const text = JSON.stringify([
      { cat: 'Session', name: 'session_initialization' },
      event('CUDAExecutionProvider', 'Conv'),
      event('CUDAExecutionProvider', 'Relu'),
      event('CPUExecutionProvider', 'Gather'),
      event('CPUExecutionProvider', 'FusedConv'),
      { cat: 'Node', args: {} },
    ]);
    expect(readProfile(text, 'CUDAExecutionProvider')).toEqual({
      onDevice: 2,
      elsewhere: 2,
      heavyElsewhere: 1,
    });
  });
});
