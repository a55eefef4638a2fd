import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { nameKey } from '../core/personName.js';

/** AES-256-GCM: 12 bytes of nonce, the encrypted bytes, 16 bytes of tag. */
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const SALT = 'spotter cluster 1';

/**
 * Encrypts whatever leaves for NATS, so that its servers, files and backups have no photo, name, embedding or event in clear.
 * Two keys come from that of the configuration (HKDF-SHA-256): one encrypts, the other makes names of keys.
 */
export class Sealer {
  readonly #key: Buffer;
  readonly #nameKey: Buffer;

  /** @param key `cluster.key` */
  constructor(key: string) {
    this.#key = derived(key, 'seal');
    this.#nameKey = derived(key, 'names');
  }

  /** Encrypts bytes. @param place where they are stored; they can be opened only with the same one */
  seal(bytes: Uint8Array, place: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(place));
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  /** The bytes that {@link seal} was given; null when they were encrypted with another key or for another place, or changed. */
  open(sealed: Uint8Array, place: string): Uint8Array | null {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
    const end = sealed.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(end));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
    } catch {
      return null;
    }
  }

  /** {@link seal} for a value as JSON. */
  sealJson(value: unknown, place: string): Uint8Array {
    return this.seal(Buffer.from(JSON.stringify(value)), place);
  }

  /** What {@link sealJson} was given, unchecked; null as in {@link open}. */
  openJson(sealed: Uint8Array, place: string): unknown {
    const bytes = this.open(sealed, place);
    return bytes && JSON.parse(Buffer.from(bytes).toString());
  }

  /**
   * A key of NATS that stands for a text and does not give it away: 32 characters of 0-9 and a-f. The same on every node.
   *
   * @param kind separates texts of different kinds, such as person and photo
   */
  keyOf(kind: string, text: string): string {
    return createHmac('sha256', this.#nameKey).update(`${kind}\0${text}`).digest('hex').slice(0, 32);
  }

  /** {@link keyOf} of a person; the same in every spelling of the name that the gallery takes for one person. */
  personKey(name: string): string {
    return this.keyOf('person', nameKey(name));
  }
}

/** {@link Sealer.personKey} without a sealer. @param key `cluster.key` */
export function personKeyOf(key: string, name: string): string {
  return new Sealer(key).personKey(name);
}

function derived(key: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, SALT, purpose, KEY_BYTES));
}
