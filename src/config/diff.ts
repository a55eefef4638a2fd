import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema.js';

/** Ids of the cameras that two configurations do not have in common. */
export interface CameraDiff {
  added: string[];
  removed: string[];
  /** In both, but not the same. */
  changed: string[];
}

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

/** Whether more has changed than what a running engine can take over. */
export function needsEngine(before: Config, after: Config): boolean {
  const { cameras: _1, http: _2, log: _3, ...old } = before;
  const { cameras: _4, http: _5, log: _6, ...now } = after;
  return !isDeepStrictEqual(old, now);
}

/** Keys that have changed and only count from the next start on. */
export function fixedKeys(before: Config, after: Config): string[] {
  const keys = Object.keys(after.http) as (keyof Config['http'])[];
  return keys
    .filter((key) => !isDeepStrictEqual(before.http[key], after.http[key]))
    .map((key) => `http.${key}`);
}
