import { type Document, isMap, isNode, isScalar } from 'yaml';
import type { SchemaNode } from '../core/schemaFaults.js';
import { type Config, jsonSchema } from './schema.js';
import type { Substituted } from './substitute.js';

/** A key at the top of the configuration. */
export type Section = keyof Config;

/** What only the daemon connects to or serves, with all that may be secret. */
export const CONNECTIONS: readonly Section[] = ['cameras', 'webhooks', 'mqtt', 'http', 'cluster'];

/** Separates references that could not be resolved into those that matter, and the sections to do without because of the others. */
export function withoutUnused(
  missing: Substituted['missing'],
  document: Document,
  unused: readonly Section[],
): { missing: Substituted['missing']; dropped: Section[] } {
  const dropped = new Set(missing.flatMap(({ offset }) => sectionAt(document, unused, offset) ?? []));
  return {
    missing: missing.filter(({ offset }) => sectionAt(document, unused, offset) === undefined),
    dropped: [...dropped],
  };
}

/** Data of a configuration without some of its sections. */
export function without(data: unknown, sections: readonly Section[]): unknown {
  if (sections.length === 0 || typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !sections.includes(key as Section)));
}

/** Data of a configuration without its lists and mappings with nothing in them, as where all that was in one is a comment now. */
export function withoutEmpty(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const empty = Object.keys(data).filter((key) => (data as Record<string, unknown>)[key] === null);
  if (empty.length === 0) return data;
  const { properties = {} } = jsonSchema() as SchemaNode;
  return without(
    data,
    empty.filter((key): key is Section => ['array', 'object'].includes(properties[key]?.type ?? '')),
  );
}

/** In which of some sections a place of the text is; undefined for none of them. */
export function sectionAt(
  document: Document,
  sections: readonly Section[],
  offset: number,
): Section | undefined {
  return sections.find((section) => isWithin(document, section, offset));
}

function isWithin({ contents }: Document, section: Section, offset: number): boolean {
  if (!isMap(contents)) return false;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === section);
  const range = isNode(pair?.value) ? pair.value.range : null;
  return range != null && offset >= range[0] && offset < range[2];
}
