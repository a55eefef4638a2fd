import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'yaml';
import { type Fault, formatPath, offsetOf } from '../core/yamlFaults.js';
import type { CameraConfig } from './schema.js';

const MAX_BYTES = 1 << 20;

/**
 * Checks the files of `cameras[].tls`: each can be read and is what it should be, and certificate and key belong together. No fault
 * has anything of a file's content.
 *
 * @param folder resolves relative paths
 */
export function tlsFaults(cameras: readonly CameraConfig[], document: Document, folder: string): Fault[] {
  return cameras.flatMap(({ tls }, index) => {
    const faults: Fault[] = [];
    const report = (key: keyof typeof tls, message: string) => {
      const at = ['cameras', index, 'tls', key];
      faults.push({ offset: offsetOf(document, at) ?? 0, path: formatPath(at), message });
    };
    const check = <T>(key: keyof typeof tls, parse: (pem: Buffer) => T, kind: string): T | null => {
      const file = tls[key];
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
  });
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
