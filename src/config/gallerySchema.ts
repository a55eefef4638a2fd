import { z } from 'zod';

const folder = z.string().min(1);

/** `gallery`: the folder alone, or a mapping. In a complete configuration always the mapping. */
export const gallery = z
  .union([folder, z.strictObject({ folder: folder.default('gallery'), wait: z.boolean().default(false) })])
  .transform((value) => (typeof value === 'string' ? { folder: value, wait: false } : value))
  .prefault('gallery')
  .describe(
    'Folder of the known people: <person>/*.jpg or <person>.jpg. Or a mapping: `folder`, and `wait: true` to start only once the folder is there, instead of with the people of the cache.',
  );
