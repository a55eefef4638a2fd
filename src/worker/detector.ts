import { SpotterError } from '../core/errors.js';
import type { Detection, Landmarks } from '../face/detection.js';
import { nonMaximumSuppression } from '../face/nms.js';
import { decodeScrfd, type ScrfdLevel } from '../face/scrfd.js';
import { isRefined, isUprightIn, type Refinement, refined, uprightViews } from '../face/uprightViews.js';
import { decodeYunet, type YunetLevel } from '../face/yunet.js';
import { type Fit, type InputSize, planFit, type View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import { Letterbox } from '../image/letterbox.js';
import { type Channels, channelPlanes, NORM_OFFSET, normTables } from '../image/normalisation.js';
import { warp } from '../image/warp.js';
import { Network, type OpenNetwork, type Runnable, type Values } from './network.js';
import type { Detected, DetectorSpec } from './protocol.js';

const STRIDES = [8, 16, 32];
/** Size of the input on which a network with a dynamic input is probed for its output shapes, px. */
const PROBE_PX = 64;

type Outputs = Record<string, Values>;
type Decode = (outputs: Outputs, minScore: number, fit: Fit) => Detection[];

/** How often a face is found again at most; each time less of its tilt is left in the view. */
const MAX_SEARCHES = 3;

/** A face detector: takes an image and returns faces in source px. */
export class Detector {
  readonly #network: Runnable;
  readonly #spec: DetectorSpec;
  readonly #inputName: string;
  readonly #inputSize: InputSize;
  readonly #letterbox: Letterbox;
  readonly #norm: Channels;
  readonly #decode: Decode;
  #input: Float32Array = new Float32Array(0);
  /** The input of {@link refine}. */
  #views = new Float32Array(0);

  private constructor(network: Runnable, spec: DetectorSpec, inputSize: InputSize, decode: Decode) {
    this.#network = network;
    this.#spec = spec;
    this.#inputName = network.inputs[0].name;
    this.#inputSize = inputSize;
    this.#letterbox = new Letterbox(spec.normalisation);
    this.#norm = normTables(spec.normalisation);
    this.#decode = decode;
  }

  /**
   * Loads the network and checks its inputs and outputs with one run.
   *
   * @param open default: on the CPU
   * @throws SpotterError model.unreadable, model.unfit
   */
  static async load(spec: DetectorSpec, open: OpenNetwork = Network.open): Promise<Detector> {
    const network = await open(spec.path, `model "${spec.id}" (${spec.path})`);
    const inputSize = readInputSize(network, spec);
    const probe = inputSize.kind === 'fixed' ? inputSize : { width: PROBE_PX, height: PROBE_PX };
    const data = new Float32Array(3 * probe.width * probe.height);
    const dims = [1, 3, probe.height, probe.width];
    const outputs = await network.run({ [network.inputs[0].name]: { data, dims } });
    const isBroken = ({ data: values }: Values) => values.some((value) => !Number.isFinite(value));
    if (Object.values(outputs).some(isBroken))
      throw unfit(spec, 'it returns no numbers for an empty picture; use another file or model');
    const decode =
      spec.kind === 'scrfd' ? scrfdDecoder(outputs, probe, spec) : yunetDecoder(outputs, probe, spec);
    return new Detector(network, spec, inputSize, decode);
  }

  /** Where an image lies in the network's input; {@link detect} uses the same fit. */
  plan(image: Image, view?: View): Fit {
    return planFit(image, this.#inputSize, view);
  }

  /**
   * Finds the faces in an image.
   *
   * @param view what of it is searched; default: all of it
   * @param weak whether weak detections are wanted, too; default: no
   */
  async detect(image: Image, view?: View, weak = false): Promise<Detected> {
    const start = performance.now();
    const fit = this.plan(image, view);
    this.#input = this.#letterbox.draw(image, fit);
    const fitted = performance.now();
    const outputs = await this.runNetwork(fit);
    const ran = performance.now();
    const detections = this.#facesIn(outputs, weak ? this.#spec.weakScore : this.#spec.minScore, fit);
    const timing = { fitMs: fitted - start, modelMs: ran - fitted, decodeMs: performance.now() - ran };
    const { width, height, scale } = fit;
    return { detections, input: { width, height, scale }, timing };
  }

  /**
   * Finds a face again in views that show it upright and from close by, for better landmarks; once more from these while a view shows
   * it tilted still, because detectors draw a tilted face too upright.
   *
   * @param landmarks image px
   * @returns image px; `landmarks` themselves where they are not to be refined, and where the views show no face or are too large for
   * an input of fixed size
   */
  async refine(image: Image, landmarks: Landmarks, refinement: Refinement): Promise<Landmarks> {
    let best = landmarks;
    for (let search = 0; search < MAX_SEARCHES && isRefined(best, refinement); search++) {
      const next = await this.#searchAgain(image, best, refinement);
      if (isUprightIn(best, next)) return next;
      best = next;
    }
    return best;
  }

  async #searchAgain(image: Image, landmarks: Landmarks, refinement: Refinement): Promise<Landmarks> {
    const fixed = this.#inputSize.kind === 'fixed' ? this.#inputSize : null;
    const upright = uprightViews(landmarks, fixed, refinement);
    if (!upright) return landmarks;
    const { views, input } = upright;
    const { width, height } = input;
    if (this.#views.length !== 3 * width * height) this.#views = new Float32Array(3 * width * height);
    this.#input = this.#views;
    const planes = channelPlanes(this.#views, width * height, this.#spec.normalisation.order);
    for (const channel of ['r', 'g', 'b'] as const) planes[channel].fill(this.#norm[channel][NORM_OFFSET]);
    for (const { toImage, left, side } of views)
      warp(image, toImage, { left, side, rowLength: width }, planes, this.#norm, null);
    const fit: Fit = { width, height, scale: 1, offsetX: 0, offsetY: 0, turn: 0 };
    return refined(landmarks, views, this.#facesIn(await this.runNetwork(fit), this.#spec.minScore, fit));
  }

  #facesIn(outputs: Outputs, minScore: number, fit: Fit): Detection[] {
    return nonMaximumSuppression(this.#decode(outputs, minScore, fit), this.#spec.maxIou);
  }

  /** Runs the network alone, on the input that the last image left. For measurements. */
  async runNetwork(fit: Fit): Promise<Outputs> {
    const dims = [1, 3, fit.height, fit.width];
    return this.#network.run({ [this.#inputName]: { data: this.#input, dims } });
  }
}

function unfit(spec: DetectorSpec, why: string): SpotterError {
  return new SpotterError(
    'model.unfit',
    `model "${spec.id}" (${spec.path}) is not a ${spec.kind} detector: ${why}`,
  );
}

function readInputSize(network: Runnable, spec: DetectorSpec): InputSize {
  const shape = network.inputs[0]?.shape ?? [];
  const fits = network.inputs.length === 1 && shape.length === 4 && (shape[1] === 3 || shape[1] === null);
  if (!fits || (shape[0] !== null && shape[0] !== 1)) {
    const shown = network.inputs
      .map((port) => `[${port.shape.map((size) => size ?? '?').join(', ')}]`)
      .join(' and ');
    throw unfit(spec, `it takes ${shown}, not one picture [1, 3, height, width]`);
  }
  const [, , height, width] = shape;
  if (height === null || width === null) return { kind: 'dynamic', longestSide: spec.longestSide };
  if (height % 32 || width % 32)
    throw unfit(spec, `its input of ${width}x${height} px is not a multiple of 32`);
  return { kind: 'fixed', width, height };
}

/** Rows and channels of an output, whether it is [rows, C] or [1, rows, C]. */
function rowsOf({ dims }: Values): { rows: number; channels: number } {
  const channels = dims[dims.length - 1] ?? 0;
  const rows = dims.slice(0, -1).reduce((product, size) => product * size, 1);
  return { rows, channels };
}

/** SCRFD exports name their outputs arbitrarily, so outputs are identified by shape. */
function scrfdDecoder(
  outputs: Outputs,
  input: { width: number; height: number },
  spec: DetectorSpec,
): Decode {
  const names = (channels: number) =>
    Object.keys(outputs)
      .filter((name) => rowsOf(outputs[name]).channels === channels)
      .sort((a, b) => rowsOf(outputs[b]).rows - rowsOf(outputs[a]).rows);
  const [scores, boxes, landmarks] = [names(1), names(4), names(10)];
  if (scores.length === 3 && boxes.length === 3 && landmarks.length === 0) {
    throw unfit(
      spec,
      'it finds no landmarks, without which no face can be aligned; use its variant with "bnkps"',
    );
  }
  if (scores.length !== 3 || boxes.length !== 3 || landmarks.length !== 3) {
    const shown = Object.values(outputs).map(({ dims }) => `[${dims.join(', ')}]`);
    throw unfit(
      spec,
      `its outputs are ${shown.join(' ')}, not score, box and landmarks at strides 8, 16 and 32`,
    );
  }
  const anchors = STRIDES.map((stride, level) => {
    const cells = (input.width / stride) * (input.height / stride);
    const perCell = rowsOf(outputs[scores[level]]).rows / cells;
    const sameRows = [boxes, landmarks].every(
      (group) => rowsOf(outputs[group[level]]).rows === rowsOf(outputs[scores[level]]).rows,
    );
    if (!sameRows || (perCell !== 1 && perCell !== 2)) {
      throw unfit(spec, `at stride ${stride} it has ${perCell} anchors per cell, not 1 or 2`);
    }
    return perCell;
  });
  return (results, minScore, fit) => {
    const levels = STRIDES.map(
      (stride, level): ScrfdLevel => ({
        stride,
        columns: fit.width / stride,
        anchorsPerCell: anchors[level],
        scores: results[scores[level]].data,
        boxes: results[boxes[level]].data,
        landmarks: results[landmarks[level]].data,
      }),
    );
    return decodeScrfd(levels, minScore, fit);
  };
}

const YUNET_OUTPUTS = { cls: 1, obj: 1, bbox: 4, kps: 10 } as const;

function yunetDecoder(
  outputs: Outputs,
  input: { width: number; height: number },
  spec: DetectorSpec,
): Decode {
  for (const stride of STRIDES) {
    const cells = (input.width / stride) * (input.height / stride);
    for (const [kind, channels] of Object.entries(YUNET_OUTPUTS)) {
      const name = `${kind}_${stride}`;
      const shape = outputs[name] && rowsOf(outputs[name]);
      if (shape?.rows !== cells || shape.channels !== channels) {
        throw unfit(
          spec,
          `it has no output "${name}" of ${cells} x ${channels} values, as version 2023mar has`,
        );
      }
    }
  }
  return (results, minScore, fit) => {
    const levels = STRIDES.map(
      (stride): YunetLevel => ({
        stride,
        columns: fit.width / stride,
        classes: results[`cls_${stride}`].data,
        objects: results[`obj_${stride}`].data,
        boxes: results[`bbox_${stride}`].data,
        landmarks: results[`kps_${stride}`].data,
      }),
    );
    return decodeYunet(levels, minScore, fit);
  };
}
