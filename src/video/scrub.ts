import { STATUS_CODES } from 'node:http';
import type { Address } from '../core/address.js';
import { secretsInPath, stripAddresses, textMasker } from '../core/secrets.js';

/** Statuses that only RTSP has (RFC 2326, section 7.1.1). */
const RTSP_STATUS: Readonly<Record<string, string>> = {
  451: 'Parameter Not Understood',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  456: 'Header Field Not Valid',
  457: 'Invalid Range',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  551: 'Option Not Supported',
};

/** A status and the words that the server gave with it, as ffmpeg reports both. */
const STATUS = /\b((?:failed:|error) (\d{3})\b).*/is;

/**
 * Makes a function that removes secrets from ffmpeg's messages: it reduces every URL to scheme and host (paths and queries may
 * contain tokens), masks the secrets of the address wherever they occur, and puts the standard words in place of a server's
 * own, because a server may repeat the request in them.
 */
export function scrubber({ input, name, kind, secrets }: Address): (text: string) => string {
  const shown = kind === 'device' || kind === 'test' ? input : `${kind}://${name}`;
  const mask = textMasker([...secrets, ...(shown === input ? [] : secretsInPath(input))]);
  return (text) => {
    const standard = text.replace(
      STATUS,
      (_, status: string, code: string) => `${status} ${RTSP_STATUS[code] ?? STATUS_CODES[code] ?? ''}`,
    );
    const ours = standard.trimEnd().replaceAll(input, () => shown);
    return stripAddresses(mask(ours));
  };
}
