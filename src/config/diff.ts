import { isDeepStrictEqual } from 'node:util';
import { isReviewed } from './review.js';
import type { Config } from './schema.js';

/** Ids of the cameras in which two configurations differ. */
export interface CameraDiff {
  added: string[];
  removed: string[];
  /** In both, with different settings. */
  changed: string[];
}

/** Compares the cameras of two configurations by id; their order does not matter. */
export function diffCameras(before: Config, after: Config): CameraDiff {
  const old = new Map(before.cameras.map((camera) => [camera.id, camera]));
  const now = new Map(after.cameras.map((camera) => [camera.id, camera]));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: [...now]
      .filter(([id, camera]) => old.has(id) && !isDeepStrictEqual(old.get(id), camera))
      .map(([id]) => id),
  };
}

/**
 * Keys whose values differ between two configurations, such as `quality.minSizePx` or `cameras.door.fps`. A list other than that of the
 * cameras is named as a whole; of cameras that were added or removed no key is named, since {@link diffCameras} lists them.
 */
export function changedKeys(before: Config, after: Config): string[] {
  const { cameras: old, ...settings } = before;
  const { cameras: now, ...newSettings } = after;
  const ofCameras = now.flatMap((camera) => {
    const same = old.find(({ id }) => id === camera.id);
    return same ? differences(same, camera, `cameras.${camera.id}`) : [];
  });
  return [...differences(settings, newSettings, ''), ...ofCameras];
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMapping(before) || !isMapping(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the engine must be replaced, because a setting changed that a running one cannot apply. */
export function needsEngine(before: Config, after: Config): boolean {
  return !isDeepStrictEqual(ofEngine(before), ofEngine(after));
}

/** The settings an engine is started with: all but its cameras, which are assigned later, and those of the supervisor. */
function ofEngine(config: Config): object {
  const { cameras: _1, http: _2, log: _3, events: _4, visits: _5, notify: _6, auth: _12, ...rest } = config;
  const {
    webhooks: _7,
    mqtt: _8,
    data: _9,
    live: _14,
    cluster: _15,
    snapshots,
    review,
    engine,
    gallery,
    ...others
  } = rest;
  const { keepHours: _10, ...pictures } = snapshots;
  const { hangMs: _11, quarantineMs: _13, ...process } = engine;
  const isPictured = pictures.enabled || isReviewed(review);
  return { ...others, snapshots: pictures, isPictured, engine: process, gallery: gallery.folder };
}

/** Changed keys that apply only after a restart of the daemon, such as `http.port`. */
export function fixedKeys(before: Config, after: Config): string[] {
  const keys = Object.keys(after.http) as (keyof Config['http'])[];
  const ofHttp = keys.filter((key) => !isDeepStrictEqual(before.http[key], after.http[key]));
  const others = (['data', 'cluster'] as const).filter((key) => !isDeepStrictEqual(before[key], after[key]));
  return [...ofHttp.map((key) => `http.${key}`), ...others];
}
