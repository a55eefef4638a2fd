import type { Document } from 'yaml';
import { plainIssues } from '../core/schemaFaults.js';
import { offsetOf, type Path } from '../core/yamlFaults.js';
import { schema } from './schema.js';
import type { Section } from './unusedSections.js';

/** A reference to a variable or a secret file that is not there. */
export interface Gap {
  section: Section;
  /** As it is written, such as `${DOOR_PASSWORD}`; it stays in the value where the value may be any text. */
  reference: string;
  /** Where it is, what is missing and what to do. */
  fault: string;
}

/**
 * What takes the place of a value that may not be any text: the default, or where there is none, an address that leads nowhere
 * or a name.
 */
const STAND_INS = [undefined, 'http://missing.invalid/', 'missing'];

/** Whether a value, or one in it, has a gap. */
export function hasGap(value: unknown, gaps: readonly Gap[]): boolean {
  const text = JSON.stringify(value) ?? '';
  return gaps.length > 0 && (text.includes('missing.invalid') || hasReference(text, gaps));
}

/** Whether a text has a reference of a gap, as it is or encoded for an address. */
export function hasReference(text: string, gaps: readonly Gap[]): boolean {
  return gaps.some(
    ({ reference }) =>
      text.includes(JSON.stringify(reference).slice(1, -1)) || text.includes(encodeURIComponent(reference)),
  );
}

/**
 * Data of a configuration in which values with gaps that the schema does not take are replaced.
 *
 * @param offsets where in the text the values with gaps begin
 */
export function withStandIns(data: unknown, document: Document, offsets: ReadonlySet<number>): unknown {
  const filled = structuredClone(data);
  for (const value of STAND_INS) {
    const parsed = schema.safeParse(filled);
    if (parsed.success) break;
    for (const { path } of plainIssues(parsed.error.issues))
      if (offsets.has(offsetOf(document, path) ?? -1)) setIn(filled, path, value);
  }
  return filled;
}

function setIn(data: unknown, path: Path, value: unknown): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], data);
  const key = path.at(-1);
  if (key === undefined || typeof holder !== 'object' || holder === null) return;
  (holder as Record<PropertyKey, unknown>)[key] = value;
}
