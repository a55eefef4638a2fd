import { randomBytes } from 'node:crypto';
import { SCOPES, type Scope, scopesWithin } from '../core/access.js';
import type { Database, Statement } from '../core/database.js';
import { SpotterError } from '../core/errors.js';
import { keyOf, listOf, listText, requireName } from './lists.js';
import { digestOf } from './sessions.js';

/** With this, people and scanners of secrets recognise a token. */
export const TOKEN_PREFIX = 'spotter_';

/** The use of a token is written at most this often, ms: each write waits for the disk. */
const NOTE_EVERY_MS = 60_000;

/** A program's right to use the API; the token itself is not stored. */
export interface Token {
  name: string;
  scopes: Scope[];
  /** Ids of the only cameras that the program may see; null for all. */
  cameras: string[] | null;
  /** Unix ms. */
  createdMs: number;
  /** Unix ms, up to a minute ago; null: never used. */
  usedMs: number | null;
}

/** A token as lists show it, with times in ISO 8601. */
export function shownToken({ createdMs, usedMs, ...token }: Token) {
  return {
    ...token,
    createdAt: new Date(createdMs).toISOString(),
    usedAt: usedMs === null ? null : new Date(usedMs).toISOString(),
  };
}

interface TokenRow {
  number: number;
  name: string;
  scopes: string;
  cameras: string | null;
  created_ms: number;
  used_ms: number | null;
}

/** The tokens in the access file. Names differ in more than upper and lower case. */
export class Tokens {
  readonly #db: Database;
  readonly #find: Statement<TokenRow>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare('SELECT * FROM tokens WHERE hash = ?');
  }

  get count(): number {
    return this.#db.prepare<{ count: number }>('SELECT count(*) AS count FROM tokens').get()?.count ?? 0;
  }

  /** By name. */
  list(): Token[] {
    return this.#db.prepare<TokenRow>('SELECT * FROM tokens ORDER BY key').all().map(tokenOf);
  }

  /**
   * Makes a token.
   *
   * @returns the token, which is never shown again: the prefix and 256 random bits
   * @throws SpotterError usage for a name that is not valid and for scopes that show more than the cameras; access.taken
   */
  create({ name, scopes, cameras }: Pick<Token, 'name' | 'scopes' | 'cameras'>, nowMs: number): string {
    requireName(name, 'token');
    if (scopesWithin(scopes, cameras).length < scopes.length)
      throw new SpotterError(
        'usage',
        'a token of some cameras cannot have service:read, service:write or people:forget, which concern all; leave them out, or the cameras',
      );
    const text = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
    const made = this.#db
      .prepare(
        'INSERT INTO tokens (key, name, hash, scopes, cameras, created_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
      )
      .run(keyOf(name), name, digestOf(text), JSON.stringify(scopes), listText(cameras), nowMs);
    if (made > 0) return text;
    throw new SpotterError(
      'access.taken',
      `there is a token ${name} already; revoke it first, or use another name`,
    );
  }

  /** What a token permits, its use noted; null when it is not valid here. */
  use(text: string, nowMs: number): Token | null {
    if (!text.startsWith(TOKEN_PREFIX)) return null;
    const row = this.#find.get(digestOf(text));
    if (!row) return null;
    if (row.used_ms === null || Math.abs(nowMs - row.used_ms) >= NOTE_EVERY_MS)
      this.#db.prepare('UPDATE tokens SET used_ms = ? WHERE number = ?').run(nowMs, row.number);
    return tokenOf(row);
  }

  /** Revokes a token. @returns whether there was one */
  revoke(name: string): boolean {
    return this.#db.prepare('DELETE FROM tokens WHERE key = ?').run(keyOf(name)) > 0;
  }
}

function tokenOf({ name, scopes, cameras, created_ms, used_ms }: TokenRow): Token {
  const known = listOf(scopes) ?? [];
  return {
    name,
    scopes: SCOPES.filter((scope) => known.includes(scope)),
    cameras: listOf(cameras),
    createdMs: created_ms,
    usedMs: used_ms,
  };
}
