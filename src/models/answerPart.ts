import { megabytes } from '../core/megabytes.js';
import type { Expected } from './download.js';
import type { RemoteAddress } from './remoteAddress.js';
import { Broken, downloadFault, type RemoteAnswer } from './remoteFiles.js';

/** The part of a file that a server sends. */
export interface Part {
  /** Index of its first byte. */
  start: number;
  /** Size of the whole file; null when the server does not say. */
  total: number | null;
  /** For If-Range; null when the server gives none that is exact. */
  validator: string | null;
}

const ELSEWHERE = 'name another place with --from';

/**
 * What a server is about to send.
 *
 * @param have bytes that are here already, and were not asked for
 * @param most bytes that the file may have
 * @returns `complete` when nothing is missing; `other` when it is not what was asked for, and the beginning is to be forgotten
 * @throws Broken where another attempt may help; SpotterError model.download otherwise
 */
export function readAnswer(
  { status, header }: RemoteAnswer,
  address: RemoteAddress,
  have: number,
  expected: Expected,
  most: number,
): Part | 'complete' | 'other' {
  if (status === 416) {
    const size = Number(/^bytes \*\/(\d+)$/.exec(header('content-range') ?? '')?.[1] ?? Number.NaN);
    return have > 0 && size === have ? 'complete' : 'other';
  }
  if (status !== 200 && status !== 206) throw statusFault(status, address);
  const encoding = header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    throw downloadFault(
      address,
      `is sent compressed (${encoding}), although that was not asked for; switch it off there, or ${ELSEWHERE}`,
    );
  if (/^\s*(text\/html|application\/xhtml)/i.test(header('content-type') ?? ''))
    throw downloadFault(
      address,
      `answers with a web page in place of ${expected.file}; check the address, a login that it needs, and proxies, or ${ELSEWHERE}`,
    );
  const part = status === 206 ? ranged(header('content-range')) : whole(header('content-length'));
  if (part === null || (part.start !== have && part.start !== 0)) return 'other';
  const { total } = part;
  if (total !== null && (expected.bytes === null ? total > most : total !== expected.bytes))
    throw downloadFault(
      address,
      `has ${bytes(total)}, but ${expected.file} has ${expected.bytes === null ? `at most ${megabytes(most)}` : bytes(expected.bytes)}; that is another file, ${ELSEWHERE}`,
    );
  const etag = header('etag');
  const exact = etag !== null && !etag.startsWith('W/') ? etag : header('last-modified');
  return { ...part, validator: exact };
}

function ranged(value: string | null): Omit<Part, 'validator'> | null {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(value ?? '') ?? [];
  if (start === undefined) return null;
  return { start: Number(start), total: total === '*' ? null : Number(total) };
}

function whole(length: string | null): Omit<Part, 'validator'> {
  return { start: 0, total: length !== null && /^\d+$/.test(length) ? Number(length) : null };
}

function statusFault(status: number, address: RemoteAddress): Error {
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new Broken(`the server answers ${status}`);
  if (status === 401 || status === 403)
    return downloadFault(
      address,
      `refuses access (${status}); check the login in the address, or ${ELSEWHERE}`,
    );
  if (status === 407)
    return downloadFault(address, 'is not reached: the proxy wants a login (407); write it into HTTPS_PROXY');
  if (status === 404 || status === 410)
    return downloadFault(address, `does not exist (${status}); ${ELSEWHERE}`);
  return downloadFault(address, `answers ${status}; ${ELSEWHERE}`);
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} bytes`;
}
