import { statSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'yaml';
import { describeError, hasErrno, SpotterError } from '../core/errors.js';
import { regularFileBytes } from '../core/regularFile.js';
import { plainIssues } from '../core/schemaFaults.js';
import { maskText } from '../core/secrets.js';
import { type Fault, faultLines, formatFaults, offsetOf, parseYaml, toData } from '../core/yamlFaults.js';
import { isRecording, recordingPath } from './cameraSchema.js';
import { duplicateIdFaults, faultsOf, nulFaults, unknownCameraFaults } from './configFaults.js';
import { dataFaults } from './dataFaults.js';
import { type Gap, hasReference, withStandIns } from './gaps.js';
import { secretsOf } from './mask.js';
import { type Config, schema } from './schema.js';
import { type Substituted, substitute } from './substitute.js';
import { tlsFaults } from './tlsFaults.js';
import { type Section, sectionAt, without, withoutEmpty, withoutUnused } from './unusedSections.js';

/** A configuration and where it came from. */
export interface LoadedConfig {
  /** Frozen, every key set, paths absolute. */
  config: Config;
  /** The file, or null for the defaults alone. */
  file: string | null;
  /** Whether nothing is set in the file, or there is none. */
  isEmpty: boolean;
  /** Values that must never be shown: passwords, keys and what came out of secret variables and files. */
  secrets: readonly string[];
}

/** A configuration that may lack what is in variables and secret files. */
export interface IncompleteConfig extends LoadedConfig {
  /** What it lacks; see {@link Gap} for the values in its place. */
  gaps: readonly Gap[];
}

const MAX_BYTES = 1 << 20;
const TLS_FILES = ['certificate', 'key', 'ca'] as const;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads, checks and freezes a configuration.
 *
 * @param file YAML; null for the defaults
 * @param overrides applies the values of the command line on top of the file's
 * @param baseFolder resolves relative paths when there is no file
 * @param unused sections that nobody will read: one of them that needs a variable or a secret file which is not there has its
 * defaults, instead of being a fault
 * @throws SpotterError `config.not_found`; `config.invalid`, whose message lists every fault with line and column
 */
export function loadConfig(
  file: string | null,
  overrides: (config: Config) => void = () => {},
  baseFolder = process.cwd(),
  unused: readonly Section[] = [],
): LoadedConfig {
  const { gaps: _, ...loaded } = read(file, overrides, baseFolder, unused, []);
  return { file, ...loaded };
}

/**
 * As {@link loadConfig}, for commands that show or keep a configuration without using all of it.
 *
 * @param incomplete sections in which variables and secret files may be missing
 */
export function loadIncompleteConfig(
  file: string | null,
  overrides: (config: Config) => void,
  baseFolder: string,
  incomplete: readonly Section[],
): IncompleteConfig {
  return { file, ...read(file, overrides, baseFolder, [], incomplete) };
}

/** A configuration that has been read, and what it lacks. */
export type Read = Omit<IncompleteConfig, 'file'>;

function read(
  file: string | null,
  overrides: (config: Config) => void,
  baseFolder: string,
  unused: readonly Section[],
  incomplete: readonly Section[],
): Read {
  const { config, ...rest } =
    file === null
      ? { config: schema.parse({}), secrets: [], gaps: [], isEmpty: true }
      : readText(textOf(file), { name: file, folder: path.dirname(path.resolve(file)), unused, incomplete });
  resolvePaths(config, file === null ? baseFolder : path.dirname(path.resolve(file)));
  overrides(config);
  return { config: deepFreeze(config), ...rest };
}

/** A text that is read as a configuration. */
export interface ConfigSource {
  /** For messages. */
  name: string;
  /** Base of relative paths of secret files. */
  folder: string;
  unused: readonly Section[];
  incomplete: readonly Section[];
}

/** Reads and checks the text of a configuration; paths in it stay relative. @throws SpotterError config.invalid */
export function readText(text: string, { name: file, folder, unused, incomplete }: ConfigSource): Read {
  const { document, lines, syntax } = parseYaml(text);
  const fail = (faults: Fault[], secrets: readonly string[] = []) => {
    const shown = faults.map((fault) => ({ ...fault, message: maskText(fault.message, secrets) }));
    return new SpotterError('config.invalid', formatFaults(file, shown, lines));
  };
  if (syntax.length > 0) throw fail(syntax);

  const substituted = substitute(document, process.env, folder);
  const { secrets } = substituted;
  const { missing, dropped } = withoutUnused(substituted.missing, document, unused);
  const absent: Fault[] = [];
  const gaps: Gap[] = [];
  // The text of a reference is no value, so that nothing else is said of it.
  const unresolved = new Set(missing.map(({ offset }) => offset));
  for (const { offset, reference, message } of missing) {
    const section = sectionAt(document, incomplete, offset);
    const fault = { offset, path: '', message };
    if (section === undefined) absent.push(fault);
    else gaps.push({ section, reference, fault: faultLines(file, [fault], lines)[0] });
  }
  let data: unknown;
  let isEmpty = false;
  try {
    const whole = toData(document);
    isEmpty = Object.keys(whole ?? {}).length === 0;
    data = withoutEmpty(without(whole, dropped));
    if (gaps.length > 0) data = withStandIns(data, document, unresolved);
  } catch (error) {
    throw fail([...absent, { offset: 0, path: '', message: describeError(error) }], secrets);
  }
  const parsed = schema.safeParse(data);
  const retried = parsed.success
    ? parsed
    : schema.safeParse(withNumbers(data, plainIssues(parsed.error.issues), document, substituted));
  const faults = duplicateIdFaults(data, document);
  if (!dropped.includes('cameras') && !hasSharedCameras(data))
    faults.push(...unknownCameraFaults(data, document));
  if (!retried.success) faults.push(...faultsOf(retried.error.issues, document));
  else
    faults.push(
      ...tlsFaults(retried.data, document, folder, unused),
      ...dataFaults(retried.data, document, folder),
    );
  const withNul = nulFaults(document);
  // Nor of a text with a NUL character.
  const spoken = new Set([...unresolved, ...withNul.map(({ offset }) => offset)]);
  const real = [...absent, ...withNul, ...faults.filter(({ offset }) => !spoken.has(offset))];
  if (real.length > 0 || !retried.success) throw fail(real.length > 0 ? real : faults, secrets);
  const all = [...secrets, ...secretsOf(retried.data)].filter((secret) => !hasReference(secret, gaps));
  return { config: retried.data, secrets: [...new Set(all)], gaps, isEmpty };
}

/** Whether the cameras that a text names are configured elsewhere. */
function hasSharedCameras(data: unknown): boolean {
  const { cluster } = (data ?? {}) as { cluster?: { config?: unknown } | null };
  return cluster?.config === 'shared';
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    const stats = statSync(file);
    if (!stats.isFile() && !stats.isDirectory()) throw unfit(file, 'is a device or pipe');
    if (stats.size > MAX_BYTES) throw unfit(file, 'is larger than 1 MiB');
    bytes = regularFileBytes(file);
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    const why = hasErrno(cause, 'ENOENT') ? 'does not exist' : 'cannot be read';
    throw new SpotterError('config.not_found', `configuration ${file} ${why}; give another with -c`, {
      cause,
    });
  }
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new SpotterError('config.invalid', `${file} is not UTF-8 text; save it as UTF-8`, { cause });
  }
}

function unfit(file: string, why: string): SpotterError {
  return new SpotterError('config.invalid', `${file} ${why}; give a configuration file`);
}

type Issues = Parameters<typeof faultsOf>[0];

/**
 * Values from the environment are text. Where the schema wants a number or a boolean, the text is read as one; a
 * password made of digits stays a string.
 */
function withNumbers(data: unknown, issues: Issues, document: Document, { offsets }: Substituted): unknown {
  const copy = structuredClone(data);
  for (const issue of issues) {
    if (issue.code !== 'invalid_type' || !offsets.has(offsetOf(document, issue.path) ?? -1)) continue;
    const holder = issue.path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], copy);
    const key = issue.path.at(-1);
    if (key === undefined || typeof holder !== 'object' || holder === null) continue;
    const slot = holder as Record<PropertyKey, unknown>;
    const text = String(slot[key]);
    if (issue.expected === 'boolean' && /^(true|false)$/.test(text)) slot[key] = text === 'true';
    else if (/^(number|int)$/.test(issue.expected) && /^-?\d+(\.\d+)?$/.test(text)) slot[key] = Number(text);
  }
  return copy;
}

/** Makes the paths of a configuration absolute. */
export function resolvePaths(config: Config, folder: string): void {
  config.gallery.folder = path.resolve(folder, config.gallery.folder);
  config.data = path.resolve(folder, config.data);
  config.models.folder = path.resolve(folder, config.models.folder);
  const { cluster } = config;
  cluster.credentials = absolute(cluster.credentials, folder);
  for (const key of ['ca', 'certificate', 'key'] as const)
    cluster.tls[key] = absolute(cluster.tls[key], folder);
  for (const model of config.models.declared) model.file = path.resolve(folder, model.file);
  const { tls } = config.http;
  for (const key of ['certificate', 'key'] as const) tls[key] = absolute(tls[key], folder);
  for (const camera of config.cameras) {
    camera.url = resolveSource(camera.url, folder);
    for (const key of TLS_FILES) camera.tls[key] = absolute(camera.tls[key], folder);
  }
}

function absolute(file: string | null, folder: string): string | null {
  return file === null ? null : path.resolve(folder, file);
}

/** The absolute path of a recording; any other address unchanged. */
function resolveSource(url: string, folder: string): string {
  return isRecording(url) ? path.resolve(folder, recordingPath(url)) : url;
}

/** Freezes a value and all that is in it. */
export function deepFreeze<T>(value: T): T {
  if (value && typeof value === 'object') {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
