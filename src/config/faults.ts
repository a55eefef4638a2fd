import type { Document } from 'yaml';
import {
  type Fault,
  formatPath,
  type Issue,
  offsetOf,
  type SchemaNode,
  faultsOf as textFaults,
} from '../faults.js';
import { jsonSchema } from './schema.js';

/** The faults of one look at a configuration; an issue that names several keys becomes several. */
export function faultsOf(issues: readonly Issue[], document: Document): Fault[] {
  return textFaults(issues, document, () => jsonSchema() as SchemaNode);
}

/** Cameras that share an id: checked on the raw data, so that it is told together with everything else. */
export function twinFaults(data: unknown, document: Document): Fault[] {
  const cameras: unknown = (data as { cameras?: unknown } | null)?.cameras;
  if (!Array.isArray(cameras)) return [];
  const ids = cameras.map((camera: { id?: unknown } | null) => camera?.id);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === index) return [];
    const path = ['cameras', index, 'id'];
    const message = `"${id}" is already the id of cameras[${first}]; give each camera its own`;
    return [{ offset: offsetOf(document, path) ?? 0, path: formatPath(path), message }];
  });
}
