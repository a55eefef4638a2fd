import { workerData } from 'node:worker_threads';
import { toErrorData } from '../core/errors.js';
import type { NearestTwo } from '../face/match.js';
import { runtimeVersion } from './network.js';
import { Networks } from './networks.js';
import type { Detected, Looked, Outcome, Ready, Task, WorkerSettings } from './protocol.js';

// Loading begins with the thread; a failure is told to every task instead of killing the thread.
const loading = Networks.load(workerData as WorkerSettings);
loading.catch(() => {});

/** The function that the pool calls: one task at a time, failures as data. */
export async function run(task: Task): Promise<Outcome<unknown>> {
  try {
    return { ok: true, value: await perform(await loading, task) };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}

async function perform(engine: Networks, task: Task): Promise<Detected | Looked | NearestTwo[] | Ready> {
  switch (task.kind) {
    case 'detect':
      return engine.detect(task);
    case 'look':
      return engine.look(task);
    case 'match':
      return engine.matcher.match(task.probes, task.gallery);
    case 'ready':
      return { onnxruntime: runtimeVersion };
  }
}
