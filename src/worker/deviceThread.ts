import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describeError, SpotterError } from '../core/errors.js';
import { compiledFile } from '../core/package.js';
import { type DeviceMemory, tally } from './deviceMemory.js';
import { NetworkStalled } from './loading.js';
import type { DeviceReady, DeviceStart, Devices, WorkerSettings } from './protocol.js';

const ENTRY = compiledFile('src/worker/deviceEntry.js');
/** Some providers compile a network while they load it. */
const LOAD_MS = 5 * 60_000;

/** A thread that runs networks on a device, for all others. */
export class DeviceThread {
  readonly memory: DeviceMemory;
  readonly #thread: Worker;

  private constructor(thread: Worker, memory: DeviceMemory) {
    this.#thread = thread;
    this.memory = memory;
  }

  /**
   * Starts the thread; resolves when its networks are loaded and have run once.
   *
   * @param threads that wait for it
   * @param entry the compiled thread; default: the program's
   * @throws SpotterError compute.failed; NetworkStalled when it does not finish, and cannot be ended
   */
  static async start(
    settings: WorkerSettings,
    devices: Devices,
    threads: number,
    entry: URL = ENTRY,
  ): Promise<DeviceThread> {
    const provider = (devices.detector ?? devices.embedder)?.device.provider;
    const start: DeviceStart = { settings, devices, threads };
    const thread = new Worker(fileURLToPath(entry), { workerData: start });
    const ready = await new Promise<DeviceReady>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new NetworkStalled('compute.failed', `${provider} has not loaded the networks`)),
        LOAD_MS,
      );
      thread.once('message', resolve);
      thread.once('error', (error) => resolve({ ok: false, why: describeError(error) }));
      thread.once('message', () => clearTimeout(timer));
      thread.once('error', () => clearTimeout(timer));
    });
    // From now on, an error of the thread is one of the process: others wait for it.
    thread.removeAllListeners('error');
    if (ready.ok) return new DeviceThread(thread, ready.memory);
    await thread.terminate();
    throw new SpotterError('compute.failed', `${provider} cannot load the networks: ${ready.why}`);
  }

  /** How often the device has run, and how many pictures. */
  get tally(): { runs: number; pictures: number } {
    return tally(this.memory);
  }

  /** Ends the thread. Nothing may wait for it: inside a network, ending it aborts the process. */
  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
