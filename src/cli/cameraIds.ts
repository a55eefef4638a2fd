import path from 'node:path';

/** Derives a camera id from each file name: lower case, other characters become hyphens, duplicates get a number. */
export function cameraIds(files: readonly string[]): string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const id = freeId(path.parse(file).name, taken);
    taken.add(id);
    return id;
  });
}

/**
 * A camera id from an address: the name of its host, its address behind `camera-`, or the name of a file or device.
 *
 * @param host of a network address, with or without a port; null for any other
 * @param taken ids that are in use
 */
export function cameraIdOf(url: string, host: string | null, taken: ReadonlySet<string>): string {
  if (host === null) return freeId(path.parse(url.replace(/^[a-z]+:/i, '')).name || url, taken);
  const name = host.replace(/:\d+$/, '').replace(/\.(local|lan|home|fritz\.box)$/i, '');
  return freeId(/^([\d.]+$|\[)/.test(name) ? `camera-${name}` : name, taken);
}

function freeId(name: string, taken: ReadonlySet<string>): string {
  const stem = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slug =
    stem
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 34) || 'clip';
  let id = slug;
  for (let n = 2; taken.has(id); n++) id = `${slug}-${n}`;
  return id;
}
