import path from 'node:path';

/** Derives a camera id from each file name: lower case, other characters become hyphens, duplicates get a number. */
export function cameraIds(files: readonly string[]): string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const stem = path.parse(file).name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const slug =
      stem
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(0, 34) || 'clip';
    let id = slug;
    for (let n = 2; taken.has(id); n++) id = `${slug}-${n}`;
    taken.add(id);
    return id;
  });
}
