/** A detector and an embedder that may be used together, and what is known of them on this machine. */
export interface PairOffer {
  detector: string;
  embedder: string;
  /** Time per frame with one face, on one thread, ms; null when it cannot be told. */
  frameMs: number | null;
  /** Whether that was measured here, or follows from how much the models compute. */
  isMeasured: boolean;
  /** Known people who are named right in a gallery of 100, percent; null: not measured. */
  named: number | null;
  licences: string[];
  /** Whether a licence forbids commercial use. */
  nonCommercial: boolean;
  /** Models to pull, and how much that is; bytes null: not known. */
  missing: { id: string; bytes: number | null; hasAddress: boolean }[];
}

/** What a pair has to do. */
export interface PairDemand {
  cores: number;
  /** Frames per second of all cameras. */
  framesPerSecond: number;
  /** Whether models whose licence forbids commercial use may be chosen. */
  nonCommercial: boolean;
  /** Whether models without an address can be had, from a place that was given. */
  hasPlace: boolean;
}

/** Decoding, tracking and the rest take what is left; measured by `bench throughput`. */
const MODELS_SHARE = 0.75;

/** Frames per second that a machine has room for; null when it cannot be told. */
export function framesPerSecond({ frameMs }: Pick<PairOffer, 'frameMs'>, cores: number): number | null {
  return frameMs === null ? null : (cores * MODELS_SHARE * 1000) / frameMs;
}

/** The pair that names most people among those that can be had and are quick enough; null when none is. Equals: the quicker one. */
export function choosePair(offers: readonly PairOffer[], demand: PairDemand): PairOffer | null {
  const fitting = offers.filter((offer) => {
    const isAllowed = demand.nonCommercial || !offer.nonCommercial;
    const isThere = demand.hasPlace || offer.missing.every(({ hasAddress }) => hasAddress);
    const speed = framesPerSecond(offer, demand.cores);
    return isAllowed && isThere && speed !== null && speed >= demand.framesPerSecond && offer.named !== null;
  });
  const [best] = fitting.sort(
    (a, b) => (b.named ?? 0) - (a.named ?? 0) || (a.frameMs ?? 0) - (b.frameMs ?? 0),
  );
  return best ?? null;
}
