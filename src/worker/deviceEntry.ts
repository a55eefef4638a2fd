import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../core/errors.js';
import { CROP_PX } from '../face/align.js';
import { allocate, DEVICE_NETWORKS, DeviceDesk, type DeviceMemory, type Waiting } from './deviceMemory.js';
import { modelSource } from './modelSource.js';
import { Network, type Values } from './network.js';
import type { DeviceReady, DeviceStart, NetworkName } from './protocol.js';

/**
 * The thread that owns the device. Sessions on a device are few and take several pictures at once, unlike those on the CPU, of
 * which each thread has its own: so the other threads prepare pictures, wait here for the outputs, and read them.
 */

/** One grid cell more than the longest side: inputs are rounded up. */
const GRID = 32;

interface OnDevice {
  network: Network;
  batch: number;
  /** Kept between runs, at the size of the largest input. */
  memory: Float32Array;
}

const { settings, devices, threads } = workerData as DeviceStart;
const networks: Partial<Record<NetworkName, OnDevice>> = {};

async function open(): Promise<DeviceMemory> {
  const provider = (devices.detector ?? devices.embedder)?.device.provider ?? '';
  let [inputLength, outputLength] = [1, 1];
  const ports: DeviceMemory['ports'] = {};
  for (const name of DEVICE_NETWORKS) {
    const placement = devices[name];
    if (!placement) continue;
    const network = await Network.open(await modelSource(settings[name]), name, { device: placement.device });
    networks[name] = { network, batch: placement.batch, memory: new Float32Array(0) };
    ports[name] = { inputs: network.inputs, outputs: network.outputs };
    const outputs = await network.run(largestInput(name, network));
    const lengthOf = (values: Record<string, Values>) =>
      Object.values(values).reduce((sum, { data }) => sum + data.length, 0);
    inputLength = Math.max(inputLength, lengthOf(largestInput(name, network)));
    outputLength = Math.max(outputLength, lengthOf(outputs));
  }
  return allocate(threads, { provider, inputLength, outputLength, ports });
}

function largestInput(name: NetworkName, network: Network): Record<string, Values> {
  const [{ name: input, shape }] = network.inputs;
  const longest = name === 'detector' ? settings.detector.longestSide + GRID : CROP_PX;
  const dims = [1, shape[1] ?? 3, shape[2] ?? longest, shape[3] ?? longest];
  return { [input]: { data: new Float32Array(dims.reduce((all, size) => all * size, 1)), dims } };
}

async function serve(desk: DeviceDesk): Promise<never> {
  for (;;) {
    const pictures = desk.take((name) => networks[name]?.batch ?? 1);
    const [{ network: name, dims }] = pictures;
    try {
      const outputs = await run(networks[name] as OnDevice, desk, pictures, dims);
      desk.note(pictures.length);
      for (const [index, picture] of pictures.entries()) desk.finish(picture, outputs[index]);
    } catch (error) {
      for (const picture of pictures) desk.fail(picture, describeError(error));
    }
  }
}

/** @returns outputs by picture; memory that is valid until the next run */
async function run(
  onDevice: OnDevice,
  desk: DeviceDesk,
  pictures: readonly Waiting[],
  [, ...dims]: number[],
): Promise<Values[][]> {
  const { network } = onDevice;
  const batch = batchFor(pictures.length);
  const length = dims.reduce((all, size) => all * size, 1);
  if (onDevice.memory.length < batch * length) onDevice.memory = new Float32Array(batch * length);
  const data = onDevice.memory.subarray(0, batch * length);
  for (const [index, picture] of pictures.entries()) data.set(desk.input(picture), index * length);
  const outputs = await network.run({ [network.inputs[0].name]: { data, dims: [batch, ...dims] } });
  const values = network.outputs.map(({ name }) => outputs[name]);
  if (batch === 1) return [values];
  return pictures.map((_, index) =>
    values.map((output) => {
      const part = output.data.length / batch;
      return {
        data: output.data.subarray(index * part, (index + 1) * part),
        dims: [1, ...output.dims.slice(1)],
      };
    }),
  );
}

/** Devices prepare themselves for each size of a batch, so there are few: powers of two. The rest of a batch is not looked at. */
function batchFor(pictures: number): number {
  return 2 ** Math.ceil(Math.log2(pictures));
}

const report = (message: DeviceReady) => parentPort?.postMessage(message);
open().then(
  (memory) => {
    report({ ok: true, memory });
    void serve(new DeviceDesk(memory));
  },
  (error: unknown) => report({ ok: false, why: describeError(error) }),
);
