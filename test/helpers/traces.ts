import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize } from 'node:v8';
import type { PhotoResult } from '../../src/gallery/enrol.js';
import { personOf } from '../../src/gallery/folder.js';

/** SHA-256 at the beginning of a cache. */
const DIGEST_BYTES = 32;

/** A name in every form that a file may have it in. */
export function formsOf(name: string): Buffer[] {
  return [
    Buffer.from(name),
    Buffer.from(JSON.stringify(name).slice(1, -1)),
    Buffer.from(name.normalize('NFD')),
    Buffer.from(name, 'latin1'),
    Buffer.from(name, 'utf16le'),
  ];
}

/** The bytes of a person's embeddings, as the caches in a data folder have them. */
export function embeddingsOf(data: string, person: string): Buffer[] {
  return readdirSync(data)
    .filter((name) => name.endsWith('.cache'))
    .flatMap((name) => {
      const { files, results } = deserialize(readFileSync(path.join(data, name)).subarray(DIGEST_BYTES)) as {
        files: Map<string, { sha256: string }>;
        results: Map<string, Map<string, PhotoResult>>;
      };
      const own = [...files].filter(([file]) => personOf(file) === person);
      const given = own.flatMap(([, { sha256 }]) => [...(results.get(sha256)?.values() ?? [])]);
      return given.flatMap((result) =>
        result.state === 'used' ? [Buffer.from(new Float32Array(result.embedding).buffer)] : [],
      );
    });
}

/** Everything below some folders whose name or bytes have one of these in them, but logs. */
export function tracesOf(folders: string[], wanted: Buffer[]): string[] {
  const isHit = (bytes: Buffer) => wanted.some((one) => bytes.includes(one));
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(({ name }) => !name.endsWith('.log'))
      .filter((entry) => {
        if (isHit(Buffer.from(entry.name))) return true;
        if (!entry.isFile()) return false;
        try {
          return isHit(readFileSync(path.join(entry.parentPath, entry.name)));
        } catch {
          // Gone since it was listed.
          return false;
        }
      })
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
}
