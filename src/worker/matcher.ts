import { type NearestTwo, nearestTwo } from '../face/match.js';
import { Network } from './network.js';
import { model, port, text } from './onnx.js';
import type { GalleryMatrix } from './protocol.js';

/** From this many probes on, one matrix product is faster than one product per probe: the gallery is repacked only once. */
const BATCH_FROM = 4;

/**
 * Compares probes with every photo of a gallery (exact search). A dot product in JavaScript is five times slower than
 * onnxruntime's, so the product is computed by a network of one MatMul.
 */
export class Matcher {
  readonly #network: Network;
  #version = -1;
  #columns = new Float32Array(0);

  private constructor(network: Network) {
    this.#network = network;
  }

  /** Makes the network. */
  static async load(): Promise<Matcher> {
    return new Matcher(await Network.open(matMul(), 'the matching network'));
  }

  /**
   * Finds the two nearest people to each probe.
   *
   * @param probes vectors of length 1, of the gallery's dimension
   */
  async match(probes: Float32Array[], gallery: GalleryMatrix): Promise<NearestTwo[]> {
    if (gallery.vectors === 0) return probes.map(() => nearestTwo(new Float32Array(0), gallery.personOf));
    this.#adopt(gallery);
    if (probes.length >= BATCH_FROM) return this.#product(probes, gallery);
    const results: NearestTwo[] = [];
    for (const probe of probes) results.push(...(await this.#product([probe], gallery)));
    return results;
  }

  /** Copies the gallery: a tensor cannot use shared memory, so each worker holds a copy of its own. */
  #adopt(gallery: GalleryMatrix): void {
    if (this.#version === gallery.version) return;
    // Memory of the same size is reused, so that a gallery that changes often leaves no garbage.
    if (this.#columns.length !== gallery.columns.length) this.#columns = new Float32Array(gallery.columns);
    else this.#columns.set(gallery.columns);
    this.#version = gallery.version;
  }

  async #product(
    probes: Float32Array[],
    { dimension, vectors, personOf }: GalleryMatrix,
  ): Promise<NearestTwo[]> {
    const rows = new Float32Array(probes.length * dimension);
    for (const [i, probe] of probes.entries()) rows.set(probe, i * dimension);
    const { similarities } = await this.#network.run({
      probes: { data: rows, dims: [probes.length, dimension] },
      gallery: { data: this.#columns, dims: [dimension, vectors] },
    });
    return probes.map((_, i) =>
      nearestTwo(similarities.data.subarray(i * vectors, (i + 1) * vectors), personOf),
    );
  }
}

/** similarities[q, n] = probes[q, d] x gallery[d, n] */
function matMul(): Uint8Array {
  const node = [
    ...text(1, 'probes'),
    ...text(1, 'gallery'),
    ...text(2, 'similarities'),
    ...text(4, 'MatMul'),
  ];
  const inputs = [port('probes', ['q', 'd']), port('gallery', ['d', 'n'])];
  return model([node], inputs, [port('similarities', ['q', 'n'])]);
}
