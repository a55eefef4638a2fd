import { SpotterError } from '../core/errors.js';
import { Aligner, CROP_PX } from '../face/align.js';
import type { Landmarks } from '../face/detection.js';
import { cosine, normalise } from '../face/embedding.js';
import { sharpness } from '../face/quality.js';
import type { Image } from '../image/image.js';
import { Network, type OpenNetwork, type Runnable } from './network.js';
import type { EmbedderSpec } from './protocol.js';

/** Cosine from which two embeddings are the same but for rounding. */
const SAME = 0.99999;

/** A face embedder of the ArcFace kind: takes an aligned 112x112 face and returns a vector of length 1. */
export class Embedder {
  readonly #network: Runnable;
  readonly #inputName: string;
  readonly #outputName: string;
  readonly #aligner: Aligner;
  readonly #input = new Float32Array(3 * CROP_PX * CROP_PX);

  private constructor(network: Runnable, spec: EmbedderSpec) {
    this.#network = network;
    this.#inputName = network.inputs[0].name;
    this.#outputName = network.outputs[0].name;
    this.#aligner = new Aligner(spec.normalisation);
  }

  /**
   * Loads the network and checks its input, and that its output has the dimension and depends on the picture.
   *
   * @param open default: on the CPU
   * @throws SpotterError model.unreadable, model.unfit
   */
  static async load(spec: EmbedderSpec, open: OpenNetwork = Network.open): Promise<Embedder> {
    const network = await open(spec.path, `model "${spec.id}" (${spec.path})`);
    const [input, ...moreInputs] = network.inputs;
    const wanted = [1, 3, CROP_PX, CROP_PX];
    const takesFace =
      moreInputs.length === 0 &&
      input?.shape.length === 4 &&
      input.shape.every((size, axis) => size === null || size === wanted[axis]);
    if (!takesFace || network.outputs.length !== 1) {
      throw unfit(spec, `it must take one face [1, 3, ${CROP_PX}, ${CROP_PX}] and return one vector`);
    }
    const embedder = new Embedder(network, spec);
    const { length } = await embedder.runNetwork();
    if (length !== spec.dimension) {
      throw unfit(spec, `it returns ${length} values, but ${spec.dimension} are declared`);
    }
    const [first, second] = [await embedder.#probe(1), await embedder.#probe(2)];
    if (!first || !second)
      throw unfit(spec, 'it returns no numbers, or only zeros; use another file or model');
    // It would take everybody for the same person.
    if (cosine(first, second) > SAME)
      throw unfit(spec, 'it returns the same for every picture; use another file or model');
    return embedder;
  }

  /** The embedding of a pattern, which is another one for each period; as {@link embed}. */
  #probe(period: number): Promise<Float32Array | null> {
    const plane = CROP_PX * CROP_PX;
    for (let i = 0; i < this.#input.length; i++) {
      const channel = Math.floor(i / plane);
      this.#input[i] = 0.5 * Math.sin(i / (7 * period)) + 0.4 * Math.cos(channel * period + 1);
    }
    return this.embed();
  }

  /**
   * Cuts a face out of an image into the network's input.
   *
   * @returns the sharpness of the crop; null when the landmarks span no area
   */
  cut(image: Image, landmarks: Landmarks): number | null {
    return this.#aligner.cut(image, landmarks, this.#input) ? sharpness(this.#aligner.luma, CROP_PX) : null;
  }

  /** The embedding of the face last cut, of length 1; null when the network returns a vector without direction. */
  async embed(): Promise<Float32Array | null> {
    const embedding = Float32Array.from(await this.runNetwork());
    return normalise(embedding) ? embedding : null;
  }

  /** Runs the network alone on the face last cut. Returns memory of the network, not normalised. For measurements. */
  async runNetwork(): Promise<Float32Array> {
    const dims = [1, 3, CROP_PX, CROP_PX];
    const outputs = await this.#network.run({ [this.#inputName]: { data: this.#input, dims } });
    return outputs[this.#outputName].data;
  }
}

function unfit(spec: EmbedderSpec, why: string): SpotterError {
  return new SpotterError('model.unfit', `model "${spec.id}" (${spec.path}) is not an embedder: ${why}`);
}
