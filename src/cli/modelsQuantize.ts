import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { CONNECTIONS } from '../config/unusedSections.js';
import { cpuKind, overflows } from '../core/cpuKind.js';
import { SpotterError } from '../core/errors.js';
import { fileState } from '../core/fileHash.js';
import { makePrivateFolder } from '../core/folders.js';
import { packageVersion } from '../core/package.js';
import { type Quantization, quantizeModel } from '../engine/quantization.js';
import { Catalogue, readCatalogue } from '../models/catalogue.js';
import { requireModel } from '../models/install.js';
import { modelFolders, prepare } from '../models/prepare.js';
import { requireSpace, storageFault } from '../models/storageFault.js';
import { installVariant, int8Id, isVariant, type VariantRecord } from '../models/variant.js';
import type { Context } from './context.js';
import type { ModelsOptions } from './models.js';
import { configOf } from './options.js';
import { printError, printJson, printProse } from './print.js';
import { ProgressBar } from './progress.js';
import { typicalPictures } from './typicalPictures.js';

/** How the folders begin in which models are made. */
const TEMPORARY = '.quantize-';
/** What has not changed for this long belongs to no process any more. */
const GIVEN_UP_MS = 24 * 60 * 60_000;

/** Options of `spotter models quantize`. */
export interface QuantizeOptions extends ModelsOptions {
  /** Folder of photos, or a recording. */
  calibrate: string;
}

/**
 * `spotter models quantize`: makes a variant of an installed model that computes in whole numbers, and says whether it is quicker
 * here. Nothing is left behind when it fails or is interrupted.
 */
export async function quantize({ signal }: Context, id: string, options: QuantizeOptions): Promise<number> {
  const { config } = configOf(options, CONNECTIONS);
  const folders = modelFolders(config, options.models);
  const catalogue = new Catalogue(readCatalogue(), config.models.declared, folders);
  const entry = catalogue.find(id);
  if (isVariant(entry))
    throw new SpotterError('usage', `model "${id}" is quantized already; give ${entry.variant.from.id}`);
  if (catalogue.entries.some((one) => one.id === int8Id(id) && !isVariant(one)))
    throw new SpotterError(
      'usage',
      `a model "${int8Id(id)}" is declared in the configuration; rename it first`,
    );
  const role = entry.kind === 'arcface' ? 'embedder' : 'detector';
  // At the model's own score, which is what the result is held against.
  const detection = { ...config.detection, minScore: null };
  const { settings } = await prepare({ ...config, [role]: id, detection }, options.models);
  const { checked, path: source } = await requireModel(entry, folders);
  const bar = new ProgressBar('pictures', !options.quiet && !options.json);
  const pictures = await typicalPictures(options.calibrate, config, (message) =>
    bar.above(() => printError(message)),
  );
  const [folder] = folders;
  const temporary = temporaryFolder(folder, statSync(source).size);
  const cpu = cpuKind();
  const reduceRange = overflows(cpu);
  try {
    const made = await quantizeModel({
      role,
      settings,
      pictures,
      reduceRange,
      folder: temporary,
      signal,
      onProgress: withTimeLeft((done, total, left) => bar.show(done, total, left)),
    });
    bar.stop();
    const { layers, fidelity, speed } = made;
    const record: VariantRecord = {
      id: int8Id(id),
      file: `${int8Id(id)}.onnx`,
      sha256: (await fileState(made.file)).sha256,
      from: { id, sha256: checked.sha256 },
      tool: packageVersion,
      madeAt: new Date().toISOString(),
      cpu,
      reduceRange,
      layers,
      fidelity: { ...fidelity },
      speed,
    };
    const file = await installVariant(made.file, folder, record).catch((cause: unknown) => {
      throw storageFault(path.join(folder, record.file), cause);
    });
    if (options.json) printJson({ ...record, file });
    else printProse(summary(record, made, file, role));
    return 0;
  } finally {
    bar.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** @param bytes size of the float model, of which a copy and the result lie there for a while */
function temporaryFolder(folder: string, bytes: number): string {
  // onnxruntime does not say that a disk was full.
  requireSpace(folder, 2 * bytes);
  const temporary = path.join(folder, TEMPORARY);
  try {
    if (!existsSync(folder)) makePrivateFolder(folder);
    removeLeftovers(folder);
    return mkdtempSync(temporary);
  } catch (cause) {
    throw storageFault(temporary, cause);
  }
}

/** Removes what killed processes have left. @param nowMs Unix time */
export function removeLeftovers(folder: string, nowMs = Date.now()): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith(TEMPORARY))) {
    const left = path.join(folder, name);
    const changedMs = statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - changedMs > GIVEN_UP_MS) rmSync(left, { recursive: true, force: true });
  }
}

function withTimeLeft(show: (done: number, total: number, left: string) => void) {
  const start = performance.now();
  return (done: number, total: number) => {
    const seconds = ((performance.now() - start) / done / 1000) * (total - done);
    const left = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
    show(done, total, `${left} left`);
  };
}

function summary(
  { id, reduceRange, cpu, speed }: VariantRecord,
  { layers, fidelity }: Quantization,
  file: string,
  role: 'detector' | 'embedder',
): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const agreement =
    'cosine' in fidelity
      ? `cosine to the float model ${fidelity.cosine.mean.toFixed(4)} on average, above ${fidelity.cosine.p5.toFixed(4)} for 95 %`
      : `finds ${percent(fidelity.recall)} of the float model's faces, landmarks off by ${percent(fidelity.landmarks.mean)} of the distance between the eyes`;
  const { floatMs, int8Ms } = speed;
  const times = `${floatMs.toFixed(1)} ms in float, ${int8Ms.toFixed(1)} ms in whole numbers`;
  return [
    `${id}: ${file}`,
    `${layers.quantized} of ${layers.all} layers in whole numbers${reduceRange ? ', weights of 7 bits because this processor has no VNNI' : ''}`,
    `${fidelity.faces} faces in ${fidelity.pictures} pictures: ${agreement}`,
    int8Ms < floatMs
      ? `Quicker here (${cpu.model}): ${times}. Use it with --${role} ${id}, or ${role}: ${id} in config.yaml`
      : `Not quicker here (${cpu.model}): ${times}. Keep the float model`,
  ];
}
