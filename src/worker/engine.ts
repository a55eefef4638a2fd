import type { NearestTwo } from '../face/match.js';
import { Detector } from './detector.js';
import { Embedder } from './embedder.js';
import { Matcher } from './matcher.js';
import type { Detected, DetectTask, Look, Looked, LookTask, WorkerSettings } from './protocol.js';

/** Everything one worker thread holds: the networks, loaded once for life. */
export class WorkerEngine {
  readonly detector: Detector;
  readonly embedder: Embedder;
  readonly matcher: Matcher;

  private constructor(detector: Detector, embedder: Embedder, matcher: Matcher) {
    this.detector = detector;
    this.embedder = embedder;
    this.matcher = matcher;
  }

  /** @throws SpotterError model.unreadable, model.unfit */
  static async load({ detector, embedder }: WorkerSettings): Promise<WorkerEngine> {
    return new WorkerEngine(
      await Detector.load(detector),
      await Embedder.load(embedder),
      await Matcher.load(),
    );
  }

  /** Finds the faces of a picture. */
  detect({ image, border }: DetectTask): Promise<Detected> {
    return this.detector.detect(image, border);
  }

  /** Cuts, judges, embeds and compares the faces asked for, one after the other. */
  async look({ image, faces, minSharpness, gallery }: LookTask): Promise<Looked> {
    const timing = { alignMs: 0, modelMs: 0, matchMs: 0 };
    const looks: Look[] = [];
    for (const landmarks of faces) {
      const start = performance.now();
      const sharpness = this.embedder.cut(image, landmarks);
      const cut = performance.now();
      timing.alignMs += cut - start;
      const usable = sharpness !== null && sharpness >= minSharpness;
      const embedding = usable ? await this.embedder.embed() : null;
      if (usable) timing.modelMs += performance.now() - cut;
      looks.push({ sharpness: sharpness ?? 0, embedding, nearest: null });
    }
    if (gallery) {
      const start = performance.now();
      const probes = looks.flatMap(({ embedding }) => (embedding ? [embedding] : []));
      const nearest: NearestTwo[] = await this.matcher.match(probes, gallery);
      for (const look of looks) if (look.embedding) look.nearest = nearest.shift() ?? null;
      timing.matchMs = performance.now() - start;
    }
    return { looks, timing };
  }
}
