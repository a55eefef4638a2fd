import type { Address } from '../core/address.js';

/** Shorter secrets would blank out innocent text; they are masked inside URLs only. */
const MIN_SECRET_LENGTH = 4;

/**
 * Makes a function that removes credentials from ffmpeg's messages: it reduces every URL to scheme and host (paths and
 * queries may contain tokens), and masks the secrets of the address wherever they occur.
 */
export function scrubber({ input, name, kind, secrets }: Address): (text: string) => string {
  const known = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  const shown = kind === 'device' || kind === 'test' ? input : `${kind}://${name}`;
  return (text) => {
    const ours = text.replaceAll(input, () => shown);
    return known
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), ours)
      .replace(/([a-z][a-z0-9+.-]*):\/\/(?:[^\s'"]*@)?([^\s'"/?#@]*)[^\s'"]*/gi, '$1://$2');
  };
}
