import { workerData } from 'node:worker_threads';
import { toErrorData } from '../core/errors.js';
import type { NearestTwo } from '../face/match.js';
import { runtimeVersion } from './network.js';
import { Networks } from './networks.js';
import type { Detected, Looked, Outcome, Ready, Task, WorkerStart } from './protocol.js';

// Loading starts with the thread. A failure is returned by every task instead of ending the thread.
const { settings, perRun, device, loaded } = workerData as WorkerStart;
const loading = Networks.load(settings, { perRun, device }, (index) => Atomics.add(loaded, index, 1));
loading.catch(() => {});

/** Runs one task; called by the pool. Failures are returned as data. */
export async function run(task: Task): Promise<Outcome<unknown>> {
  try {
    return { ok: true, value: await perform(await loading, task) };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}

async function perform(networks: Networks, task: Task): Promise<Detected | Looked | NearestTwo[] | Ready> {
  switch (task.kind) {
    case 'detect':
      return networks.detect(task);
    case 'look':
      return networks.look(task);
    case 'match':
      return networks.matcher.match(task.probes, task.gallery);
    case 'ready':
      return { onnxruntime: runtimeVersion };
  }
}
