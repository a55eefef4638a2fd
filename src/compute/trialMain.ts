import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toErrorData } from '../core/errors.js';
import { Network, type Values } from '../worker/network.js';
import { leastSimilarity, memberOf, trialInput } from './agreement.js';
import { type Ran, readProfile } from './profile.js';
import type { TrialMessage, TrialRequest, TrialResult } from './protocol.js';

/** Entry of the process of a trial: it may crash or hang with the libraries of a provider, and hurts nobody. */

const TIMED_RUNS = 3;
/** Pictures in a batch where a network takes several. */
const BATCH = 8;
/** A batch whose member is this much like the picture alone has the same results but for rounding. */
const SAME = 0.999;

type Outputs = Record<string, Values>;

async function tryDevice({ file, device, profiled, width, height }: TrialRequest): Promise<TrialResult> {
  const cpu = await Network.open(file, 'the network');
  const [{ name, shape }] = cpu.inputs;
  const dims = [1, shape[1] ?? 3, shape[2] ?? height, shape[3] ?? width];
  const input = trialInput(dims, 0);
  const expected = copyOf(await cpu.run({ [name]: input }));
  const cpuMs = await timed(() => cpu.run({ [name]: input }));

  const folder = await mkdtemp(path.join(tmpdir(), 'spotter-trial-'));
  try {
    const network = await Network.open(file, 'the network', {
      device,
      profilePrefix: path.join(folder, 'profile'),
    });
    const similarity = leastSimilarity(expected, copyOf(await network.run({ [name]: input })));
    const deviceMs = await timed(() => network.run({ [name]: input }));
    const batch = shape[0] === null ? await batchOf(cpu, network, name, dims) : 1;
    network.endProfile();
    return { ran: await profileIn(folder, profiled), similarity, deviceMs, cpuMs, batch };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Quickest of some runs, ms. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TIMED_RUNS; i++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Networks differ in how they order the outputs of several pictures, so the results decide and not the declared shape. */
async function batchOf(cpu: Network, network: Network, name: string, [, ...dims]: number[]): Promise<number> {
  const pictures = Array.from({ length: BATCH }, (_, variant) => trialInput([1, ...dims], variant));
  const data = new Float32Array(BATCH * pictures[0].data.length);
  for (const [index, picture] of pictures.entries()) data.set(picture.data, index * picture.data.length);
  let outputs: Outputs;
  try {
    outputs = copyOf(await network.run({ [name]: { data, dims: [BATCH, ...dims] } }));
  } catch {
    return 1;
  }
  for (const index of [0, BATCH - 1]) {
    const member = memberOf(outputs, index, BATCH);
    if (!member || leastSimilarity(await cpu.run({ [name]: pictures[index] }), member) < SAME) return 1;
  }
  return BATCH;
}

function copyOf(outputs: Outputs): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data.slice(), dims }]),
  );
}

async function profileIn(folder: string, profiled: string): Promise<Ran> {
  const [file] = await readdir(folder);
  return readProfile(await readFile(path.join(folder, file), 'utf8'), profiled);
}

process.once('message', async (request) => {
  const message = await tryDevice(request as TrialRequest).then(
    (result): TrialMessage => ({ kind: 'done', result }),
    (error: unknown): TrialMessage => ({ kind: 'failed', error: toErrorData(error) }),
  );
  process.send?.(message, undefined, undefined, () => process.disconnect());
});
