import { z } from 'zod';
import { FORMAT } from './names.js';
import type { Sealer } from './sealer.js';

const personRecord = z.object({
  format: z.int(),
  /** As the gallery of the node spells it that has made the record. */
  name: z.string(),
  /** By name, relative to the gallery: photos and settings, also those that are set aside. */
  files: z.record(z.string(), z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int() })),
});

/** What the nodes of a cluster have of a person. */
export type PersonRecord = z.output<typeof personRecord>;

/** Key of a person's record. @param personKey see {@link Sealer.personKey} */
export function recordKey(personKey: string): string {
  return `person.${personKey}`;
}

/** Key of the mark that a person was forgotten; its revision says when. @param personKey see {@link Sealer.personKey} */
export function tombstoneKey(personKey: string): string {
  return `forgotten.${personKey}`;
}

/** Encrypts a record. */
export function sealRecord(sealer: Sealer, key: string, record: Omit<PersonRecord, 'format'>): Uint8Array {
  return sealer.sealJson({ format: FORMAT, ...record }, key);
}

/** A record; null when it cannot be read. */
export function openRecord(sealer: Sealer, key: string, sealed: Uint8Array): PersonRecord | null {
  const parsed = personRecord.safeParse(sealer.openJson(sealed, key));
  return parsed.success ? parsed.data : null;
}
