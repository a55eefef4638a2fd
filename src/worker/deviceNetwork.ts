import type { DeviceMemory, DeviceSlot } from './deviceMemory.js';
import type { Port, Runnable, Values } from './network.js';
import type { NetworkName } from './protocol.js';

/** A network that the thread of the device runs for this one. */
export class DeviceNetwork implements Runnable {
  readonly inputs: Port[];
  readonly outputs: Port[];
  readonly #network: NetworkName;
  readonly #slot: DeviceSlot;

  /** @param ports of the network, from {@link DeviceMemory.ports} */
  constructor(
    network: NetworkName,
    ports: NonNullable<DeviceMemory['ports'][NetworkName]>,
    slot: DeviceSlot,
  ) {
    this.inputs = ports.inputs;
    this.outputs = ports.outputs;
    this.#network = network;
    this.#slot = slot;
  }

  /** Blocks this thread, as a network on the CPU does. @throws SpotterError compute.failed */
  async run(feeds: Record<string, Values>): Promise<Record<string, Values>> {
    const [input] = Object.values(feeds);
    const values = this.#slot.request(this.#network, input);
    return Object.fromEntries(this.outputs.map(({ name }, index) => [name, values[index]]));
  }
}
