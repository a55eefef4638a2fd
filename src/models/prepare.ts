import path from 'node:path';
import type { TrackPolicy } from '../track/state.js';
import type { DetectorSpec, EmbedderSpec, ModelSpec, WorkerSettings } from '../worker/protocol.js';
import { Catalogue, readCatalogueFile } from './catalogue.js';
import type { DeclaredModel, EmbedderEntry, InstallableEntry, ModelEntry } from './catalogueEntry.js';
import { INCLUDED_FOLDER, refuseStale, requireModel } from './install.js';

/** The part of the configuration that names the models and their limits. */
export interface ModelSettings {
  /** Catalogue id. */
  detector: string;
  /** Catalogue id. */
  embedder: string;
  models: { folder: string; declared: readonly DeclaredModel[] };
  detection: { longestSide: number; minScore: number | null; maxIou: number };
  match: { falseNames: number; prior: number } & FixedLimits;
  track: Omit<TrackPolicy, 'threshold' | 'margin' | 'odds'>;
}

/** A threshold replaces the odds; what is null is decided by the odds, or is the embedder's value from the catalogue. */
export interface FixedLimits {
  threshold: number | null;
  margin: number | null;
}

/** What decides about a name; with a threshold, `falseNames` has no effect. */
export type MatchLimits = Pick<ModelSettings['match'], 'falseNames' | 'threshold'>;

/** Folders searched for models, in order: --models, SPOTTER_MODELS, models.folder, the package's own models/. */
export function modelFolders({ models }: Pick<ModelSettings, 'models'>, commandLine?: string): string[] {
  const given = [commandLine, process.env.SPOTTER_MODELS].filter(
    (folder) => folder !== undefined && folder !== '',
  );
  const folders = [...given.map((folder) => path.resolve(folder as string)), models.folder, INCLUDED_FOLDER];
  return [...new Set(folders)];
}

/** The verified models and their limits: everything that is fixed before the engine starts. */
export interface Prepared {
  settings: WorkerSettings;
  /** For a comparison of two faces; see policyFor in track/policy for one with a gallery. */
  policy: TrackPolicy;
  /** The policy of a camera with limits of its own. */
  cameraPolicy: (own: Partial<FixedLimits>) => TrackPolicy;
  /** The policy with other limits in place of those in `match`. */
  policyAt: (limits: MatchLimits) => TrackPolicy;
  /** What the user should know about the models, one sentence each. */
  notes: string[];
  /** Which models are to be tried on a picture: those that are declared, since the others have known files. */
  trials: { detector: boolean; embedder: Pick<EmbedderEntry, 'threshold'> | null };
  /** Lowest sharpness of a gallery photo; see {@link sharpness}. */
  photoSharpness: number;
  /** Changes whenever a photo may get another embedding. */
  modelKey: string;
}

/**
 * Finds and verifies the models of a configuration.
 *
 * @param modelFolder value of --models
 * @throws SpotterError model.not_found, model.hash_mismatch, model.unreadable, model.unfit
 */
export async function prepare(config: ModelSettings, modelFolder?: string): Promise<Prepared> {
  const folders = modelFolders(config, modelFolder);
  const { models: known, landmarks: landmarkEntry } = readCatalogueFile();
  const catalogue = new Catalogue(known, config.models.declared, folders);
  const detectorEntry = catalogue.detector(config.detector);
  const embedderEntry = catalogue.embedder(config.embedder);
  const [detectorFile, embedderFile, landmarkFile] = await Promise.all([
    requireModel(detectorEntry, folders),
    requireModel(embedderEntry, folders),
    detectorEntry.landmarks === 'network' ? requireModel(landmarkEntry, folders) : null,
    refuseStale(detectorEntry, catalogue, folders),
    refuseStale(embedderEntry, catalogue, folders),
  ]);
  const { longestSide, minScore, maxIou } = config.detection;
  const detector: DetectorSpec = {
    ...spec(detectorEntry, detectorFile),
    kind: detectorEntry.kind,
    minScore: minScore ?? detectorEntry.score,
    weakScore: minScore ?? detectorEntry.weakScore ?? detectorEntry.score,
    maxIou,
    reach: detectorEntry.reach,
    longestSide,
  };
  const embedder: EmbedderSpec = {
    ...spec(embedderEntry, embedderFile),
    kind: embedderEntry.kind,
    dimension: embedderEntry.embedding,
  };
  const landmarks = landmarkFile && spec(landmarkEntry, landmarkFile);
  const { curves } = embedderEntry;
  const { falseNames, prior } = config.match;
  const policyWith = ({
    threshold,
    margin,
    falseNames: accepted,
  }: MatchLimits & FixedLimits): TrackPolicy => {
    const odds = threshold === null && curves ? { curves, compared: 0, falseNames: accepted, prior } : null;
    return {
      ...config.track,
      startScore: Math.max(config.track.startScore, detector.minScore),
      threshold: threshold ?? embedderEntry.threshold,
      margin: margin ?? (odds ? 0 : embedderEntry.margin),
      odds,
    };
  };
  const { match } = config;
  const cameraPolicy = (own: Partial<FixedLimits>) =>
    policyWith({
      falseNames,
      threshold: own.threshold ?? match.threshold,
      margin: own.margin ?? match.margin,
    });
  return {
    settings: { detector, embedder, landmarks },
    policy: cameraPolicy({}),
    cameraPolicy,
    policyAt: (limits) => policyWith({ ...limits, margin: match.margin }),
    notes: curves || config.match.threshold !== null ? [] : [withoutCurves(embedderEntry)],
    trials: {
      detector: isTried(detectorEntry),
      embedder: isTried(embedderEntry) ? { threshold: embedderEntry.threshold } : null,
    },
    photoSharpness: embedderEntry.photoSharpness,
    modelKey: JSON.stringify([
      { ...detector, ...contentOf(detector) },
      { ...embedder, ...contentOf(embedder) },
      ...(landmarks ? [{ ...landmarks, ...contentOf(landmarks) }] : []),
    ]),
  };
}

function withoutCurves({ id, threshold, margin }: EmbedderEntry): string {
  return `embedder "${id}" has no similarity curves, so a name depends on the threshold of ${threshold} and the margin of ${margin} alone, whatever the size of the gallery; measure them with "spotter bench curves"`;
}

function spec(
  { id, colour, mean, std }: InstallableEntry,
  files: Pick<ModelSpec, 'path' | 'checked' | 'data'>,
): ModelSpec {
  return { id, ...files, normalisation: { order: colour, mean, std } };
}

/** What a model computes with, in place of where it is. */
function contentOf({ checked, data }: ModelSpec) {
  const others = data.map((file) => file.checked.sha256);
  return { path: checked.sha256, checked: undefined, data: others.length > 0 ? others : undefined };
}

function isTried(entry: ModelEntry): boolean {
  return 'trial' in entry && entry.trial;
}
