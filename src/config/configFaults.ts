import { type Document, visit } from 'yaml';
import { meantOr } from '../core/nearest.js';
import { type Issue, type SchemaNode, faultsOf as schemaFaultsOf } from '../core/schemaFaults.js';
import { type Fault, formatPath, offsetOf } from '../core/yamlFaults.js';
import { jsonSchema } from './schema.js';

/** Schema issues as faults with a position in the file. An issue that names several keys becomes several faults. */
export function faultsOf(issues: readonly Issue[], document: Document): Fault[] {
  return schemaFaultsOf(issues, document, () => jsonSchema() as SchemaNode);
}

/** Cameras, webhooks or declared models with a duplicate id. Checked on the raw data, so that they are reported with all other faults. */
export function duplicateIdFaults(data: unknown, document: Document): Fault[] {
  return [
    ...duplicatesIn(['cameras'], 'camera', data, document),
    ...duplicatesIn(['webhooks'], 'webhook', data, document),
    ...duplicatesIn(['models', 'declared'], 'model', data, document),
  ];
}

function duplicatesIn(list: readonly string[], one: string, data: unknown, document: Document): Fault[] {
  const ids = idsIn(list, data);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === index) return [];
    const path = [...list, index, 'id'];
    const message = `"${id}" is already the id of ${formatPath([...list, first])}; give each ${one} its own id`;
    return [{ offset: offsetOf(document, path) ?? 0, path: formatPath(path), message }];
  });
}

/** Webhooks that name a camera which is not configured: they would never receive an event. */
export function unknownCameraFaults(data: unknown, document: Document): Fault[] {
  const ids = idsIn(['cameras'], data);
  const webhooks: unknown = (data as { webhooks?: unknown } | null)?.webhooks;
  if (!Array.isArray(webhooks)) return [];
  return webhooks.flatMap((webhook: { cameras?: unknown } | null, index) => {
    const cameras: unknown[] = Array.isArray(webhook?.cameras) ? webhook.cameras : [];
    return cameras.flatMap((camera, place) => {
      if (typeof camera !== 'string' || ids.includes(camera)) return [];
      const path = ['webhooks', index, 'cameras', place];
      const known = ids.filter((id) => typeof id === 'string');
      const remedy = meantOr(camera, known, 'use an id from "cameras", or remove it');
      const message = `"${camera}" is not the id of a camera; ${remedy}`;
      return [{ offset: offsetOf(document, path) ?? 0, path: formatPath(path), message }];
    });
  });
}

/** Texts with a NUL character, which no path, no address and no header may have. */
export function nulFaults(document: Document): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Scalar(_, { value, range }) {
      if (typeof value !== 'string' || !value.includes('\0')) return;
      faults.push({ offset: range?.[0] ?? 0, path: '', message: 'contains a NUL character; remove it' });
    },
  });
  return faults;
}

function idsIn(list: readonly string[], data: unknown): unknown[] {
  const entries = list.reduce<unknown>((node, key) => (node as Record<string, unknown> | null)?.[key], data);
  return Array.isArray(entries) ? entries.map((entry: { id?: unknown } | null) => entry?.id) : [];
}
