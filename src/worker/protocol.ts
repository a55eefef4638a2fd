import type { ErrorData } from '../core/errors.js';
import type { FileState } from '../core/fileHash.js';
import type { Size } from '../core/geometry.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { NearestTwo } from '../face/match.js';
import type { QualityLimits } from '../face/quality.js';
import type { Reach } from '../face/scales.js';
import type { Refinement } from '../face/uprightViews.js';
import type { View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import type { Normalisation } from '../image/normalisation.js';
import type { DeviceMemory } from './deviceMemory.js';

/** A file of a model: found, its hash verified. */
export interface DataFile {
  path: string;
  /** The file when its hash was verified. */
  checked: FileState;
}

/** A model ready to be loaded; its path is that of the ONNX file. */
export interface ModelSpec extends DataFile {
  /** Catalogue id, for errors. */
  id: string;
  /** Other files that hold some of its weights. */
  data: readonly DataFile[];
  normalisation: Normalisation;
}

/** A detector to load, and its limits. */
export interface DetectorSpec extends ModelSpec {
  kind: 'scrfd' | 'yunet';
  /** Lowest score of a face, 0..1. */
  minScore: number;
  /** Lowest score of what may be a face where one has just been, 0..1; at most `minScore`. */
  weakScore: number;
  /** Of two boxes that overlap by more than this (intersection over union, 0..1) the better one stays. */
  maxIou: number;
  reach: Reach;
  /** Longest side of the fitted input, px, for a network that accepts any size. */
  longestSide: number;
}

/** An embedder to load. */
export interface EmbedderSpec extends ModelSpec {
  kind: 'arcface';
  /** Values of an embedding, 64..1024. */
  dimension: number;
}

/** What runs a network in place of the CPU. */
export interface Device {
  /** Execution provider, as the configuration names it. */
  provider: string;
  /** Its name among onnxruntime's. */
  backend: string;
  /** Number of the device, from 0; null where the provider has no numbers. */
  number: number | null;
}

/** The networks that a device may run. */
export type NetworkName = 'detector' | 'embedder';

/** A network on a device. */
export interface Placement {
  device: Device;
  /** Pictures that it takes at once, at most. */
  batch: number;
}

/** What runs each network; null: the CPU, on the thread that needs the result. */
export interface Devices extends Record<NetworkName, Placement | null> {
  /** Whether the user insists on the device, so that nothing may take its place. */
  isStrict: boolean;
}

/** The models a worker loads when it starts. */
export interface WorkerSettings {
  detector: DetectorSpec;
  embedder: EmbedderSpec;
  /** The network that makes the detector's landmarks better; null where the detector does so itself. */
  landmarks: ModelSpec | null;
}

/** The networks all run on the CPU. */
export const ON_CPU: Devices = { detector: null, embedder: null, isStrict: false };

/** What the thread of a device is started with. */
export interface DeviceStart {
  settings: WorkerSettings;
  devices: Devices;
  /** Number of threads that wait for it. */
  threads: number;
}

/** What the thread of a device reports once. */
export type DeviceReady = { ok: true; memory: DeviceMemory } | { ok: false; why: string };

/** What a worker thread is started with. */
export interface WorkerStart {
  settings: WorkerSettings;
  /** Threads that share a run of a network. */
  perRun: number;
  /** Networks of a device; null where the CPU runs all of them. */
  device: DeviceMemory | null;
  /** Shared by all threads: see LoadCounts. */
  loaded: Int32Array;
}

/** The gallery for the workers: numbers only, in shared memory, immutable. */
export interface GalleryMatrix {
  /** Unique within the process. */
  version: number;
  /** Values per embedding. */
  dimension: number;
  /** Number of vectors to compare with: one per photo, and one per person with several photos, their mean. */
  vectors: number;
  /** [dimension, vectors]: one column per vector, each of length 1. */
  columns: Float32Array;
  /** Index of the person of each vector. */
  personOf: Int32Array;
}

/** Find the faces in an image. */
export interface DetectTask {
  kind: 'detect';
  image: Image;
  /** What of the image is searched; default: all of it. */
  view?: View;
  /** Whether weak detections are wanted, too, for tracks to continue with; default: no. */
  weak?: boolean;
}

/** Look closely at some of the faces: cut, judge sharpness, embed, compare. */
export interface LookTask {
  kind: 'look';
  image: Image;
  faces: Landmarks[];
  /** The earlier looks of each face, in the same order, to compare with all of them together as well. */
  past?: (Past | null)[];
  /**
   * Whose landmarks are made better first. The landmark network does so for all faces unless it is `none`. Where there is no such network,
   * the detector finds faces again in upright views: for all of them it costs about as much as searching a frame; for tilted ones a tenth of
   * that per search, of which a strongly tilted one takes up to three, except in an input of fixed size.
   */
  refinement: Refinement;
  /** Faces with a lower sharpness are not embedded; 0 embeds all. */
  minSharpness: number;
  gallery: GalleryMatrix | null;
}

/** Earlier looks at a face. */
export interface Past {
  /** Weighted sum of their embeddings. */
  sum: Float32Array;
  /** The face as detected, and the limits: with the look, they give its weight. */
  face: Detection;
  limits: QualityLimits;
}

/** Compare embeddings with a gallery. */
export interface MatchTask {
  kind: 'match';
  /** Embeddings of length 1. */
  probes: Float32Array[];
  gallery: GalleryMatrix;
}

/** Wait until the networks are loaded. */
export interface ReadyTask {
  kind: 'ready';
}

/** A task for a worker. */
export type Task = DetectTask | LookTask | MatchTask | ReadyTask;

/** Result of a {@link ReadyTask}. */
export interface Ready {
  /** Version of onnxruntime. */
  onnxruntime: string;
}

/** Result of a {@link DetectTask}. */
export interface Detected {
  /** Best score first. */
  detections: Detection[];
  /** Size of the network's input, px, and how large the image was in it, input px per image px. */
  input: Size & { scale: number };
  /** Time to fit the image into the input, to run the network, and to decode its outputs. */
  timing: { fitMs: number; modelMs: number; decodeMs: number };
}

/** One look at a face. */
export interface Look {
  /** With which the face was cut: those of the task, or better ones after a second look. */
  landmarks: Landmarks;
  /** See sharpness() in face/quality; 0 when the landmarks span no area. */
  sharpness: number;
  /** Length 1; null when the face was too blurred or its landmarks span no area. */
  embedding: Float32Array | null;
  /** The nearest people to this look; null without an embedding or a gallery. */
  nearest: NearestTwo | null;
  /** The nearest people to this look and the earlier ones together; null without earlier looks. */
  together: NearestTwo | null;
}

/** Result of a {@link LookTask}. */
export interface Looked {
  /** One per face, in the order of the task. */
  looks: Look[];
  /** Total time to cut, to embed and to compare. */
  timing: { alignMs: number; modelMs: number; matchMs: number };
}

/** Result of a task. Failures are data, because error classes and codes do not survive the transfer between threads. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ErrorData };
