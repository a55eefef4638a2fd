import type { ErrorData } from '../core/errors.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { NearestTwo } from '../face/match.js';
import type { Quality } from '../face/quality.js';
import type { Image } from '../image/image.js';
import type { Normalisation } from '../image/normalisation.js';

/** A model file as a worker needs it: found, hashed, its numbers known. */
export interface ModelSpec {
  id: string;
  path: string;
  normalisation: Normalisation;
}

export interface DetectorSpec extends ModelSpec {
  kind: 'scrfd' | 'yunet';
  /** Lowest score of a detection, 0..1. */
  minScore: number;
  /** Intersection over union above which of two boxes the better stays, 0..1. */
  maxIou: number;
  /** Longest side of the fitted input in px, where the network takes any. */
  longestSide: number;
}

export interface EmbedderSpec extends ModelSpec {
  kind: 'arcface';
  /** Values of an embedding, 64..1024. */
  dimension: number;
}

/** What a worker is started with. */
export interface WorkerSettings {
  detector: DetectorSpec;
  embedder: EmbedderSpec;
}

/** The gallery as the workers see it: numbers only, in shared memory, never changed once made. */
export interface GalleryMatrix {
  /** Differs between any two galleries of a process. */
  version: number;
  dimension: number;
  photos: number;
  /** [dimension, photos]: a column a photo, each of length 1. */
  columns: Float32Array;
  /** Index of the person on each photo. */
  personOf: Int32Array;
}

/** Find the faces of a picture. */
export interface DetectTask {
  kind: 'detect';
  image: Image;
  /** Blank margin around the picture as a fraction of its longest side; 0 for none. */
  border: number;
}

/** Look at some of the faces closely: cut, judge sharpness, embed, compare. */
export interface LookTask {
  kind: 'look';
  image: Image;
  faces: Landmarks[];
  /** One a face where there are any: the looks before this one, to compare all of them together as well. */
  past?: (Past | null)[];
  /** Blurrier faces are not embedded; 0 embeds all. */
  minSharpness: number;
  gallery: GalleryMatrix | null;
}

/** Earlier looks at a face. */
export interface Past {
  /** The sum of their embeddings, each with its weight. */
  sum: Float32Array;
  /** Of this look as far as box and landmarks tell; its sharpness comes with the cut. */
  quality: Quality;
}

/** Compare embeddings with another gallery. */
export interface MatchTask {
  kind: 'match';
  /** Each of length 1. */
  probes: Float32Array[];
  gallery: GalleryMatrix;
}

/** Make sure that the networks are loaded. */
export interface ReadyTask {
  kind: 'ready';
}

export type Task = DetectTask | LookTask | MatchTask | ReadyTask;

export interface Ready {
  /** Version of onnxruntime. */
  onnxruntime: string;
}

export interface Detected {
  /** Best score first. */
  detections: Detection[];
  timing: { fitMs: number; modelMs: number; decodeMs: number };
}

export interface Look {
  sharpness: number;
  /** Length 1; null when the face was too blurred or its landmarks span no area. */
  embedding: Float32Array | null;
  /** null without an embedding or a gallery. */
  nearest: NearestTwo | null;
  /** The same of this look and the past ones together; null without a past. */
  together: NearestTwo | null;
}

export interface Looked {
  /** One a face, in the order asked. */
  looks: Look[];
  timing: { alignMs: number; modelMs: number; matchMs: number };
}

/** Failures travel as data: classes and codes do not survive the way out of a thread. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ErrorData };
