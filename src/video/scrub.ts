import type { Address } from '../core/address.js';
import { secretMasker } from '../core/secrets.js';

/**
 * Makes a function that removes credentials from ffmpeg's messages: it reduces every URL to scheme and host (paths and
 * queries may contain tokens), and masks the secrets of the address wherever they occur.
 */
export function scrubber({ input, name, kind, secrets }: Address): (text: string) => string {
  const mask = secretMasker(secrets);
  const shown = kind === 'device' || kind === 'test' ? input : `${kind}://${name}`;
  return (text) => {
    const ours = text.replaceAll(input, () => shown);
    return mask(ours).replace(/([a-z][a-z0-9+.-]*):\/\/(?:[^\s'"]*@)?([^\s'"/?#@]*)[^\s'"]*/gi, '$1://$2');
  };
}
