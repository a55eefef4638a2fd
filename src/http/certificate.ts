import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { describeError, SpotterError } from '../core/errors.js';

/** PEM files of a server: its certificate with the chain, and the private key. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** Content of {@link CertificateFiles}. */
export interface CertificatePair {
  cert: string;
  key: string;
}

/** What {@link watchCertificate} calls. */
export interface CertificateWatcher {
  /** A new pair is there and fits. */
  onChange: (pair: CertificatePair) => void;
  /** A new pair is there, and cannot be used; called once per pair with one sentence. */
  onFault: (message: string) => void;
  /** How often the files are looked at, ms. Default 2000. */
  pollMs?: number;
}

/** Reads a certificate and its key. @throws SpotterError http.certificate */
export function readCertificate(files: CertificateFiles): CertificatePair {
  try {
    const pair = textsOf(files);
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new SpotterError(
      'http.certificate',
      `the certificate ${files.certificate} cannot be used with the key ${files.key} (${describeError(cause)}); give two that belong together, http.tls in the configuration`,
      { cause },
    );
  }
}

/**
 * Looks at the files until it is stopped. Tools that renew certificates write the two one after another, so that a pair that
 * does not fit is a fault only if it stays.
 *
 * @param used the pair in use
 * @returns a function that ends it
 */
export function watchCertificate(
  files: CertificateFiles,
  used: CertificatePair,
  { onChange, onFault, pollMs = 2000 }: CertificateWatcher,
): () => void {
  let known = keyOf(used);
  let doubted = '';
  const look = () => {
    let seen = 'missing';
    try {
      seen = keyOf(textsOf(files));
    } catch {
      // Missing, for a moment or for longer.
    }
    if (seen === known) return;
    const isSettled = seen === doubted;
    doubted = seen;
    try {
      const pair = readCertificate(files);
      known = keyOf(pair);
      onChange(pair);
    } catch (error) {
      if (!isSettled) return;
      known = seen;
      onFault(`${describeError(error)}; the one before stays in use`);
    }
  };
  const timer = setInterval(look, pollMs).unref();
  return () => clearInterval(timer);
}

function textsOf({ certificate, key }: CertificateFiles): CertificatePair {
  return { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

function keyOf({ cert, key }: CertificatePair): string {
  return `${cert}\0${key}`;
}
