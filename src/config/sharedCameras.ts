import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { SpotterError } from '../core/errors.js';
import { parseYaml, toData } from '../core/yamlFaults.js';
import { hasGap } from './gaps.js';
import { deepFreeze, readText, resolvePaths } from './load.js';
import type { CameraConfig } from './schema.js';

/** The cameras of a cluster as one node can use them. */
export interface SharedCameras {
  /** Frozen, every key set, paths absolute. */
  cameras: readonly CameraConfig[];
  /** Values that must never be shown. */
  secrets: readonly string[];
  /** One sentence per camera that is left out, because this node lacks a variable or a secret file. */
  leftOut: readonly string[];
}

const NAME = 'shared configuration';
const KEY = 'cameras';

/**
 * Reads the cameras that all nodes of a cluster share: the section `cameras` of a configuration, with the same rules.
 *
 * @param folder base of relative paths
 * @throws SpotterError config.invalid, whose message lists every fault with line and column
 */
export function readSharedCameras(text: string, folder: string): SharedCameras {
  const { document, syntax } = parseYaml(text);
  const data = syntax.length === 0 ? toData(document) : {};
  const isMapping = typeof data === 'object' && data !== null && !Array.isArray(data);
  const keys = isMapping ? Object.keys(data) : [];
  const others = keys.filter((key) => key !== KEY);
  if (others.length > 0)
    throw new SpotterError(
      'config.invalid',
      `${NAME}: only cameras are shared; leave out ${others.join(', ')}, which each node has in its own file`,
    );
  // An empty file may come from a command that failed: it must not remove every camera.
  if (syntax.length === 0 && keys.length === 0)
    throw new SpotterError('config.invalid', `${NAME}: it has no cameras; write "${KEY}: []" for none`);
  const { config, secrets, gaps } = readText(text, { name: NAME, folder, unused: [], incomplete: [KEY] });
  resolvePaths(config, folder);
  const lacks = (camera: CameraConfig) => hasGap(camera, gaps);
  return {
    cameras: deepFreeze(config.cameras.filter((camera) => !lacks(camera))),
    secrets,
    leftOut: config.cameras
      .filter(lacks)
      .map(({ id }) => `camera ${id} is left out on this node: ${faultOf(id, config.cameras, gaps)}`),
  };
}

/** The faults of one camera. */
function faultOf(id: string, cameras: readonly CameraConfig[], gaps: Parameters<typeof hasGap>[1]): string {
  const camera = cameras.find((one) => one.id === id);
  return gaps
    .filter((gap) => hasGap(camera, [gap]))
    .map(({ fault }) => fault)
    .join('; ');
}

/** The section `cameras` of a configuration as a text of its own, comments and references included. */
export function camerasOf(text: string): string {
  const { document, syntax } = parseYaml(text);
  const all = syntax.length === 0 ? ((toData(document) ?? {}) as Record<string, unknown>) : {};
  const wanted = { [KEY]: all[KEY] ?? [] };
  for (const key of Object.keys(all)) if (key !== KEY) document.delete(key);
  try {
    const own = String(document);
    if (isDeepStrictEqual(toData(parseYaml(own).document), wanted)) return own;
  } catch {
    // An alias whose anchor was in another section.
  }
  return stringify(wanted);
}
