import { isUnchanged } from '../core/fileHash.js';
import type { Landmarks } from '../face/detection.js';
import { normalise } from '../face/embedding.js';
import type { NearestTwo } from '../face/match.js';
import { type LookedAt, lookedQuality, lookWeight } from '../face/quality.js';
import type { Refinement } from '../face/uprightViews.js';
import type { Image } from '../image/image.js';
import { Detector } from './detector.js';
import { type DeviceMemory, DeviceSlot } from './deviceMemory.js';
import { DeviceNetwork } from './deviceNetwork.js';
import { Embedder } from './embedder.js';
import { Landmarker } from './landmarker.js';
import { Matcher } from './matcher.js';
import { modelSource, swapped } from './modelSource.js';
import { Network, type OpenNetwork } from './network.js';
import type {
  Detected,
  DetectTask,
  Look,
  Looked,
  LookTask,
  ModelSpec,
  NetworkName,
  Past,
  WorkerSettings,
} from './protocol.js';

/** Where the networks of a thread run. */
export interface NetworksOptions {
  /** Threads that share a run of the detector or the embedder; default: 1. */
  perRun?: number;
  /** What another thread runs on a device; default: nothing. */
  device?: DeviceMemory | null;
}

/** The networks of one worker thread, loaded once. */
export class Networks {
  readonly detector: Detector;
  readonly embedder: Embedder;
  readonly landmarker: Landmarker | null;
  readonly matcher: Matcher;

  private constructor(
    detector: Detector,
    embedder: Embedder,
    landmarker: Landmarker | null,
    matcher: Matcher,
  ) {
    this.detector = detector;
    this.embedder = embedder;
    this.landmarker = landmarker;
    this.matcher = matcher;
  }

  /**
   * Loads all networks.
   *
   * @param onLoaded called after each, in the order of LOADED_NETWORKS, with its index there
   * @throws SpotterError model.unreadable, model.unfit; model.hash_mismatch when a file has changed since it was verified
   */
  static async load(
    settings: WorkerSettings,
    { perRun = 1, device = null }: NetworksOptions = {},
    onLoaded: (index: number) => void = () => {},
  ): Promise<Networks> {
    const slot = device ? new DeviceSlot(device) : null;
    const opener = (network: NetworkName): OpenNetwork => {
      const ports = device?.ports[network];
      if (slot && ports) return async () => new DeviceNetwork(network, ports, slot);
      return async (_file, name) =>
        Network.open(await modelSource(settings[network]), name, { threads: perRun });
    };
    const detector = await Detector.load(settings.detector, opener('detector'));
    await refuseSwapped(settings.detector);
    onLoaded(0);
    const embedder = await Embedder.load(settings.embedder, opener('embedder'));
    await refuseSwapped(settings.embedder);
    onLoaded(1);
    const { landmarks } = settings;
    const landmarker = landmarks && (await Landmarker.load(landmarks));
    if (landmarks) await refuseSwapped(landmarks);
    onLoaded(2);
    const matcher = await Matcher.load();
    onLoaded(3);
    return new Networks(detector, embedder, landmarker, matcher);
  }

  /** Finds the faces in an image. */
  detect({ image, view, weak }: DetectTask): Promise<Detected> {
    return this.detector.detect(image, view, weak);
  }

  /** Cuts, judges and embeds the given faces one after another, and compares them with the gallery. */
  async look({ image, faces, past, refinement, minSharpness, gallery }: LookTask): Promise<Looked> {
    const timing = { alignMs: 0, modelMs: 0, matchMs: 0 };
    const looks: Look[] = [];
    for (const landmarks of faces) {
      const start = performance.now();
      const better = await this.#refine(image, landmarks, refinement);
      const sharpness = this.embedder.cut(image, better);
      const cut = performance.now();
      timing.alignMs += cut - start;
      const usable = sharpness !== null && sharpness >= minSharpness;
      const embedding = usable ? await this.embedder.embed() : null;
      if (usable) timing.modelMs += performance.now() - cut;
      looks.push({ landmarks: better, sharpness: sharpness ?? 0, embedding, nearest: null, together: null });
    }
    if (gallery) {
      const start = performance.now();
      const probes: Float32Array[] = [];
      const answers: ((nearest: NearestTwo) => void)[] = [];
      for (const [index, look] of looks.entries()) {
        if (!look.embedding) continue;
        probes.push(look.embedding);
        answers.push((nearest) => {
          look.nearest = nearest;
        });
        const all = joined(look.embedding, look, past?.[index] ?? null);
        if (!all) continue;
        probes.push(all);
        answers.push((nearest) => {
          look.together = nearest;
        });
      }
      const nearest = await this.matcher.match(probes, gallery);
      for (const [index, answer] of answers.entries()) answer(nearest[index]);
      timing.matchMs = performance.now() - start;
    }
    return { looks, timing };
  }

  async #refine(image: Image, landmarks: Landmarks, refinement: Refinement): Promise<Landmarks> {
    if (refinement === 'none') return landmarks;
    if (this.landmarker) return this.landmarker.refine(image, landmarks);
    return this.detector.refine(image, landmarks, refinement);
  }
}

/** What was loaded is what was verified, if the files are still the same afterwards. @throws SpotterError model.hash_mismatch */
async function refuseSwapped({ id, data, ...model }: ModelSpec): Promise<void> {
  for (const { path, checked } of [model, ...data]) {
    if (await isUnchanged(path, checked).catch(() => false)) continue;
    throw swapped(id, path);
  }
}

/** The weighted mean direction of a look and the earlier ones; null without earlier looks, or when they cancel out. */
function joined(embedding: Float32Array, look: LookedAt, past: Past | null): Float32Array | null {
  if (!past) return null;
  const weight = lookWeight(lookedQuality(past.face, look, past.limits));
  const all = past.sum.map((value, i) => value + weight * embedding[i]);
  return normalise(all) ? all : null;
}
