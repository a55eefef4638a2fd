import type { Landmarks } from '../face/detection.js';
import { agree, isSameFace, LANDMARK_PX, landmarksInView, landmarkView } from '../face/landmarkView.js';
import type { Image } from '../image/image.js';
import { type Channels, channelPlanes, normTables } from '../image/normalisation.js';
import { warp } from '../image/warp.js';
import { Network, type OpenNetwork, type Runnable } from './network.js';
import type { ModelSpec } from './protocol.js';

/** How often a face is looked at, at most: a strongly tilted one is upright in the second or third view only. */
const MAX_RUNS = 3;
const WHOLE = { left: 0, side: LANDMARK_PX, rowLength: LANDMARK_PX };

/** Finds the landmarks of a face once more: a detector sees faces at all sizes and tilts, this network one at a time, as if upright. */
export class Landmarker {
  readonly #network: Runnable;
  readonly #norm: Channels;
  readonly #planes: Channels;
  readonly #input = new Float32Array(3 * LANDMARK_PX * LANDMARK_PX);

  private constructor(network: Runnable, { normalisation }: ModelSpec) {
    this.#network = network;
    this.#norm = normTables(normalisation);
    this.#planes = channelPlanes(this.#input, LANDMARK_PX * LANDMARK_PX, normalisation.order);
  }

  /** @param open default: on the CPU @throws SpotterError model.unreadable */
  static async load(spec: ModelSpec, open: OpenNetwork = Network.open): Promise<Landmarker> {
    return new Landmarker(await open(spec.path, `model "${spec.id}" (${spec.path})`), spec);
  }

  /**
   * Better landmarks: each view is aligned by those read in the one before, until they agree.
   *
   * @param landmarks those of a detector, image px
   * @returns image px; `landmarks` themselves where they span no area, where the views do not come to agree, as with what is hardly
   * a face, and where they come to agree on another face
   */
  async refine(image: Image, landmarks: Landmarks): Promise<Landmarks> {
    let before = landmarks;
    for (let run = 0; run < MAX_RUNS; run++) {
      const toImage = landmarkView(before);
      if (!toImage) break;
      warp(image, toImage, WHOLE, this.#planes, this.#norm, null);
      const after = landmarksInView(toImage, await this.#run());
      if (agree(before, after)) return isSameFace(landmarks, after) ? after : landmarks;
      before = after;
    }
    return landmarks;
  }

  async #run(): Promise<Float32Array> {
    const input = { data: this.#input, dims: [1, 3, LANDMARK_PX, LANDMARK_PX] };
    return (await this.#network.run({ input })).landmarks.data;
  }
}
