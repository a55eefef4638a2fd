import type { Values } from '../worker/network.js';

/** A seed of no meaning. */
const SEED = 12345;

/**
 * A picture-like input that is the same on every run: slow waves with some noise, within -1..1.
 *
 * @param variant from 0; each is another picture
 */
export function trialInput(dims: readonly number[], variant: number): Values {
  const length = dims.reduce((product, size) => product * size, 1);
  const data = new Float32Array(length);
  let state = SEED + variant;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = 0.7 * Math.sin(i / (11 + 3 * variant)) + (0.3 * state) / 2 ** 31;
  }
  return { data, dims };
}

/** Cosine of two outputs, -1..1; 1 when both are nothing but zeros, and -1 when they differ in size or are no numbers. */
export function similarity(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return -1;
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    ofA += a[i] * a[i];
    ofB += b[i] * b[i];
  }
  if (ofA === 0 && ofB === 0) return 1;
  const cosine = dot / Math.sqrt(ofA * ofB);
  return Number.isFinite(cosine) ? cosine : -1;
}

/** The smallest {@link similarity} of two sets of outputs with the same names. */
export function leastSimilarity(a: Record<string, Values>, b: Record<string, Values>): number {
  const of = (name: string) => (b[name] ? similarity(a[name].data, b[name].data) : -1);
  return Math.min(1, ...Object.keys(a).map(of));
}

/**
 * The part of each output of a batch that belongs to one of its members: along the first axis, as a copy.
 *
 * @returns null when the first axis of an output is not that of the batch
 */
export function memberOf(
  outputs: Record<string, Values>,
  member: number,
  batch: number,
): Record<string, Values> | null {
  const parts: Record<string, Values> = {};
  for (const [name, { data, dims }] of Object.entries(outputs)) {
    if (dims[0] !== batch) return null;
    const length = data.length / batch;
    parts[name] = { data: data.slice(member * length, (member + 1) * length), dims: [1, ...dims.slice(1)] };
  }
  return parts;
}
