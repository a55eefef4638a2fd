import { z } from 'zod';
import { SpotterError } from '../core/errors.js';

/** Of this spotter; a later one reads earlier ones. */
export const BACKUP_FORMAT = 1;
/** Its name in a backup. */
export const MANIFEST = 'backup.json';

const manifest = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** Version of the spotter that made the backup. */
  spotter: z.string(),
  createdAt: z.iso.datetime(),
  /** null: there was no log. */
  log: z.object({ version: z.int(), events: z.int(), lastSeq: z.int() }).nullable(),
  gallery: z.object({ files: z.int(), bytes: z.int() }),
  /** Keys of the configuration that have lost a secret. */
  leftOut: z.array(z.string()),
});

/** What is in a backup: its first file. */
export type BackupManifest = z.output<typeof manifest>;

/** Reads the text of a manifest. @throws SpotterError usage */
export function parseManifest(text: string, archive: string): BackupManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new SpotterError(
      'usage',
      `${archive} is damaged: its ${MANIFEST} is not JSON; use another backup`,
      { cause },
    );
  }
  const format = (data as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > BACKUP_FORMAT)
    throw new SpotterError(
      'usage',
      `${archive} was made by a newer spotter (format ${format}, this one reads ${BACKUP_FORMAT}); use the newer spotter`,
    );
  const parsed = manifest.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new SpotterError('usage', `${archive} is not a backup of spotter; give a file of "spotter backup"`);
}
