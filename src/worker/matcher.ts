import { type NearestTwo, nearestTwo } from '../face/match.js';
import { Network } from './network.js';
import { model, port, text } from './onnx.js';
import type { GalleryMatrix } from './protocol.js';

/** From that many probes on, one product of matrices beats a product a probe: the gallery is then repacked once. */
const BATCH_FROM = 4;

/**
 * Compares probes with every photo of a gallery, exactly. A dot product in JavaScript is five times slower than
 * onnxruntime's, so the product is a network of one MatMul.
 */
export class Matcher {
  readonly #network: Network;
  #version = -1;
  #columns = new Float32Array(0);

  private constructor(network: Network) {
    this.#network = network;
  }

  static async load(): Promise<Matcher> {
    return new Matcher(await Network.open(matMul(), 'the matching network'));
  }

  /**
   * The two nearest people of each probe.
   *
   * @param probes vectors of length 1, of the gallery's dimension
   */
  async match(probes: Float32Array[], gallery: GalleryMatrix): Promise<NearestTwo[]> {
    if (gallery.photos === 0) return probes.map(() => nearestTwo(new Float32Array(0), gallery.personOf));
    this.#adopt(gallery);
    if (probes.length >= BATCH_FROM) return this.#product(probes, gallery);
    const results: NearestTwo[] = [];
    for (const probe of probes) results.push(...(await this.#product([probe], gallery)));
    return results;
  }

  /** A tensor cannot be made over shared memory, so each worker holds its own copy of the gallery. */
  #adopt(gallery: GalleryMatrix): void {
    if (this.#version === gallery.version) return;
    // One of the same size takes the place of the old one: a gallery that changes often leaves no garbage.
    if (this.#columns.length !== gallery.columns.length) this.#columns = new Float32Array(gallery.columns);
    else this.#columns.set(gallery.columns);
    this.#version = gallery.version;
  }

  async #product(
    probes: Float32Array[],
    { dimension, photos, personOf }: GalleryMatrix,
  ): Promise<NearestTwo[]> {
    const rows = new Float32Array(probes.length * dimension);
    for (const [i, probe] of probes.entries()) rows.set(probe, i * dimension);
    const { similarities } = await this.#network.run({
      probes: { data: rows, dims: [probes.length, dimension] },
      gallery: { data: this.#columns, dims: [dimension, photos] },
    });
    return probes.map((_, i) =>
      nearestTwo(similarities.data.subarray(i * photos, (i + 1) * photos), personOf),
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
