import type { Document } from 'yaml';
import {
  type Fault,
  formatPath,
  type Issue,
  offsetOf,
  type SchemaNode,
  faultsOf as textFaults,
} from '../core/yamlFaults.js';
import { jsonSchema } from './schema.js';

/** The faults of one look at a configuration; an issue that names several keys becomes several. */
export function faultsOf(issues: readonly Issue[], document: Document): Fault[] {
  return textFaults(issues, document, () => jsonSchema() as SchemaNode);
}

/** Cameras and webhooks that share an id: checked on the raw data, so that it is told together with everything else. */
export function twinFaults(data: unknown, document: Document): Fault[] {
  return [...twinsIn('cameras', 'camera', data, document), ...twinsIn('webhooks', 'webhook', data, document)];
}

function twinsIn(list: 'cameras' | 'webhooks', one: string, data: unknown, document: Document): Fault[] {
  const ids = idsIn(list, data);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === index) return [];
    const path = [list, index, 'id'];
    const message = `"${id}" is already the id of ${list}[${first}]; give each ${one} its own`;
    return [{ offset: offsetOf(document, path) ?? 0, path: formatPath(path), message }];
  });
}

/** Webhooks for cameras that there are not: they would wait for ever. */
export function strangerFaults(data: unknown, document: Document): Fault[] {
  const ids = idsIn('cameras', data);
  const webhooks: unknown = (data as { webhooks?: unknown } | null)?.webhooks;
  if (!Array.isArray(webhooks)) return [];
  return webhooks.flatMap((webhook: { cameras?: unknown } | null, index) => {
    const cameras: unknown[] = Array.isArray(webhook?.cameras) ? webhook.cameras : [];
    return cameras.flatMap((camera, place) => {
      if (typeof camera !== 'string' || ids.includes(camera)) return [];
      const path = ['webhooks', index, 'cameras', place];
      const message = `"${camera}" is the id of no camera; write one of "cameras", or leave it out`;
      return [{ offset: offsetOf(document, path) ?? 0, path: formatPath(path), message }];
    });
  });
}

function idsIn(list: 'cameras' | 'webhooks', data: unknown): unknown[] {
  const entries: unknown = (data as Record<string, unknown> | null)?.[list];
  return Array.isArray(entries) ? entries.map((entry: { id?: unknown } | null) => entry?.id) : [];
}
