import { isDeepStrictEqual } from 'node:util';
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

/** Top-level keys, other than `cameras`, whose values differ between two configurations. */
export function changedSettings(before: Config, after: Config): string[] {
  const keys = Object.keys(after) as (keyof Config)[];
  return keys.filter((key) => key !== 'cameras' && !isDeepStrictEqual(before[key], after[key]));
}

/** Whether the engine must be replaced, because a setting changed that a running one cannot apply. */
export function needsEngine(before: Config, after: Config): boolean {
  return !isDeepStrictEqual(ofEngine(before), ofEngine(after));
}

/** The settings an engine is started with: all but its cameras, which are assigned later, and those of the supervisor. */
function ofEngine(config: Config): object {
  const { cameras: _1, http: _2, log: _3, events: _4, visits: _5, notify: _6, ...rest } = config;
  const { webhooks: _7, mqtt: _8, data: _9, snapshots, engine, gallery, ...others } = rest;
  const { keepHours: _10, ...pictures } = snapshots;
  const { hangMs: _11, quarantineMs: _12, ...process } = engine;
  return { ...others, snapshots: pictures, engine: process, gallery: gallery.folder };
}

/** Changed keys that apply only after a restart of the daemon, such as `http.port`. */
export function fixedKeys(before: Config, after: Config): string[] {
  const keys = Object.keys(after.http) as (keyof Config['http'])[];
  const ofHttp = keys.filter((key) => !isDeepStrictEqual(before.http[key], after.http[key]));
  return [...ofHttp.map((key) => `http.${key}`), ...(before.data === after.data ? [] : ['data'])];
}
