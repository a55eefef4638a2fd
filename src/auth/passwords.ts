import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { SpotterError } from '../core/errors.js';

/** What a hash costs: 128 * 2^ln * r bytes of memory, p times. */
export interface ScryptCost {
  ln: number;
  r: number;
  p: number;
}

/** 128 MiB and 0.3 to 0.5 s, as OWASP recommends. */
const COST: ScryptCost = { ln: 17, r: 8, p: 1 };
/** A stored hash that costs more is not one of ours. */
const MOST_LN = 20;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Hashes at a time: each has memory and a thread of its own, and the same threads read files. */
const AT_ONCE = 2;
/** Hashes that may wait for their turn. */
const MOST_WAITING = 16;
/** Characters in a password. */
const LENGTHS = { least: 8, most: 256 };
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** As {@link scrypt}, without blocking. */
export type Derive = (
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
) => Promise<Buffer>;

const deriveKey: Derive = (password, salt, length, options) =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** Hashes and checks passwords, a few at a time. */
export class Passwords {
  readonly #cost: ScryptCost;
  readonly #derive: Derive;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param cost of new hashes @param derive replaces scrypt */
  constructor(cost: ScryptCost = COST, derive: Derive = deriveKey) {
    this.#cost = cost;
    this.#derive = derive;
  }

  /** @returns a PHC string with a new salt @throws SpotterError access.busy */
  async hash(password: string): Promise<string> {
    const { ln, r, p } = this.#cost;
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#key(password, salt, KEY_BYTES, this.#cost);
    return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
  }

  /**
   * Whether a password is that of a hash.
   *
   * @param phc null for a user that there is not: costs as much, and is false
   * @throws SpotterError access.busy
   */
  async verify(password: string, phc: string | null): Promise<boolean> {
    const stored = phc === null ? null : parsed(phc);
    const { cost, salt, key } = stored ?? {
      cost: this.#cost,
      salt: Buffer.alloc(SALT_BYTES),
      key: Buffer.alloc(KEY_BYTES),
    };
    const found = await this.#key(password, salt, key.length, cost);
    return timingSafeEqual(found, key) && stored !== null;
  }

  async #key(password: string, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
    await this.#turn();
    try {
      const N = 2 ** ln;
      // Node refuses what takes more than maxmem, 32 MiB by default.
      return await this.#derive(normalized(password), salt, length, {
        N,
        r,
        p,
        maxmem: 128 * r * (N + p + 2),
      });
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < AT_ONCE) this.#running++;
    else if (this.#waiting.length < MOST_WAITING)
      // Whoever is done hands its place over.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else
      throw new SpotterError('access.busy', 'too many people are signing in at this moment; try again soon');
  }
}

/** What is wrong with a new password, in one sentence; null when nothing is. */
export function passwordFault(password: string, name: string): string | null {
  const { length } = [...normalized(password)];
  if (length < LENGTHS.least)
    return `the password has ${length} characters; use ${LENGTHS.least} or more, such as four words`;
  if (length > LENGTHS.most) return `the password has ${length} characters; use at most ${LENGTHS.most}`;
  if (password.toLowerCase() === name.toLowerCase()) return 'the password is the name; use another one';
  return null;
}

/** The same for all ways to type a letter, as RFC 8265 has it. */
function normalized(password: string): string {
  return password.normalize('NFC');
}

/** @returns null for a hash that is not ours or is damaged, which no password fits */
function parsed(phc: string): { cost: ScryptCost; salt: Buffer; key: Buffer } | null {
  const found = PHC.exec(phc);
  if (!found) return null;
  const [ln, r, p] = found.slice(1, 4).map(Number);
  const [salt, key] = found.slice(4).map((text) => Buffer.from(text, 'base64'));
  if (ln < 1 || ln > MOST_LN || r < 1 || p < 1 || salt.length === 0 || key.length < 16) return null;
  return { cost: { ln, r, p }, salt, key };
}

/** Without padding, as PHC strings have it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
