import type { ErrorData } from '../core/errors.js';
import type { Device } from '../worker/protocol.js';
import type { Ran } from './profile.js';

/** What a trial is to run: one network on one device. */
export interface TrialRequest {
  /** Path of the ONNX file. */
  file: string;
  device: Device;
  /** Name of the provider in a profile. */
  profiled: string;
  /** Size of the input where the network accepts any, px. */
  width: number;
  height: number;
}

/** What came out of a trial. */
export interface TrialResult {
  ran: Ran;
  /** Smallest cosine of an output to that of the CPU, -1..1. */
  similarity: number;
  /** Time of one run on the device, and on one core. */
  deviceMs: number;
  cpuMs: number;
  /** Pictures that the device takes at once, with the same results; 1: one at a time. */
  batch: number;
}

/** What the process of a trial reports, once. */
export type TrialMessage = { kind: 'done'; result: TrialResult } | { kind: 'failed'; error: ErrorData };
