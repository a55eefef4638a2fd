import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'yaml';
import { type Fault, formatPath, offsetOf, type Path } from '../core/yamlFaults.js';
import type { Config } from './schema.js';
import type { Section } from './unusedSections.js';

const MAX_BYTES = 1 << 20;

/** The files of one connection, or of the server; null for none. */
type TlsFiles = Partial<Record<'certificate' | 'key' | 'ca', string | null>>;

/**
 * Checks the files of `cameras[].tls` and `http.tls`: each can be read and is what it should be, and certificate and key belong
 * together. No fault has anything of a file's content.
 *
 * @param folder resolves relative paths
 * @param unused sections that are not checked
 */
export function tlsFaults(
  { cameras, http }: Pick<Config, 'cameras' | 'http'>,
  document: Document,
  folder: string,
  unused: readonly Section[],
): Fault[] {
  return [
    ...(unused.includes('http') ? [] : faultsOf(http.tls, ['http', 'tls'], document, folder)),
    ...(unused.includes('cameras')
      ? []
      : cameras.flatMap(({ tls }, index) => faultsOf(tls, ['cameras', index, 'tls'], document, folder))),
  ];
}

function faultsOf(tls: TlsFiles, place: Path, document: Document, folder: string): Fault[] {
  const faults: Fault[] = [];
  const report = (key: keyof TlsFiles, message: string) => {
    const at = [...place, key];
    faults.push({ offset: offsetOf(document, at) ?? 0, path: formatPath(at), message });
  };
  const check = <T>(key: keyof TlsFiles, parse: (pem: Buffer) => T, kind: string): T | null => {
    const file = tls[key] ?? null;
    if (file === null) return null;
    const fail = (message: string) => {
      report(key, message);
      return null;
    };
    const pem = readSmall(path.resolve(folder, file));
    if (typeof pem === 'string') return fail(`the file "${file}" ${pem}; correct the path`);
    try {
      return parse(pem);
    } catch (error) {
      if (error instanceof DamagedCertificate)
        return fail(`certificate ${error.number} in the file "${file}" is damaged; replace or remove it`);
      return fail(`the file "${file}" has no ${kind} in PEM; give one that has`);
    }
  };
  const certificate = check('certificate', certificateIn, 'certificate');
  const key = check<KeyObject>('key', createPrivateKey, 'private key without a passphrase');
  check('ca', certificateIn, 'certificate');
  if (certificate && key && !certificate.checkPrivateKey(key))
    report('key', 'is not the key of tls.certificate; give the two that belong together');
  return faults;
}

/** One of several certificates. Of a chain, TLS would refuse the whole; of authorities, it would drop the rest without a word. */
class DamagedCertificate extends Error {
  constructor(readonly number: number) {
    super();
  }
}

/** The first certificate. @throws Error without one, also for DER, which the connection could not use; DamagedCertificate */
function certificateIn(pem: Buffer): X509Certificate {
  const blocks = pem
    .toString('latin1')
    .split(/(?=-----BEGIN )/)
    .filter((block) => /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(block));
  const [first] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw blocks.length > 1 ? new DamagedCertificate(index + 1) : error;
    }
  });
  if (!first) throw new Error('not PEM');
  return first;
}

/** The content, or why there is none. */
function readSmall(file: string): Buffer | string {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return 'is not a file';
    return stats.size > MAX_BYTES ? 'is larger than 1 MiB' : readFileSync(file);
  } catch {
    return 'does not exist or cannot be read';
  }
}
