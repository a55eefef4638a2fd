import { type Caller, ROLE_SCOPES, type Role, scopesWithin } from '../core/access.js';
import type { Database, Statement } from '../core/database.js';
import { SpotterError } from '../core/errors.js';
import { keyOf, listOf, listText, requireName } from './lists.js';

/** Somebody who may sign in. */
export interface User {
  /** Never given to another user. */
  number: number;
  name: string;
  role: Role;
  /** Ids of the only cameras that the user may see; null for all. */
  cameras: string[] | null;
  /** Hash of the password as a PHC string; null for a user who signs in through a proxy only. */
  password: string | null;
  /** Unix ms. */
  createdMs: number;
}

/** What a new user has. */
export type NewUser = Pick<User, 'name' | 'role' | 'cameras' | 'password'>;

/** Columns of a user, also where it is joined with a session. */
export interface UserRow {
  number: number;
  name: string;
  role: string;
  cameras: string | null;
  password: string | null;
  created_ms: number;
}

/** A user from its row. A role that there is not becomes the least one. */
export function userOf({ number, name, role, cameras, password, created_ms }: UserRow): User {
  const known = role in ROLE_SCOPES ? (role as Role) : 'viewer';
  return { number, name, role: known, cameras: listOf(cameras), password, createdMs: created_ms };
}

/** A user as a caller. */
export function callerOf({ name, role, cameras }: User): Caller {
  return { name, role, scopes: new Set(scopesWithin(ROLE_SCOPES[role], cameras)), cameras };
}

/** The users in the access file. Names differ in more than upper and lower case. */
export class Users {
  readonly #db: Database;
  readonly #find: Statement<UserRow>;
  readonly #count: Statement<{ count: number }>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare('SELECT * FROM users WHERE key = ?');
    this.#count = db.prepare('SELECT count(*) AS count FROM users');
  }

  get count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /** By name. */
  list(): User[] {
    return this.#db.prepare<UserRow>('SELECT * FROM users ORDER BY key').all().map(userOf);
  }

  find(name: string): User | null {
    const row = this.#find.get(keyOf(name));
    return row ? userOf(row) : null;
  }

  /** @throws SpotterError usage for a name that is not valid or is taken */
  requireFree(name: string): void {
    requireName(name, 'user');
    if (this.find(name) !== null) throw taken(name);
  }

  /** @throws SpotterError as {@link requireFree} */
  add({ name, role, cameras, password }: NewUser, nowMs: number): void {
    requireName(name, 'user');
    const added = this.#db
      .prepare(
        'INSERT INTO users (key, name, role, cameras, password, created_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
      )
      .run(keyOf(name), name, role, listText(cameras), password, nowMs);
    if (added === 0) throw taken(name);
  }

  /** Sets a password and ends every session of the user. @returns whether there is such a user */
  setPassword(name: string, password: string): boolean {
    return this.#db.transaction(() => {
      const user = this.find(name);
      if (!user) return false;
      this.#db.prepare('UPDATE users SET password = ? WHERE number = ?').run(password, user.number);
      this.#db.prepare('DELETE FROM sessions WHERE user = ?').run(user.number);
      return true;
    });
  }

  /** Removes a user with every session. @returns whether there was one */
  remove(name: string): boolean {
    return this.#db.prepare('DELETE FROM users WHERE key = ?').run(keyOf(name)) > 0;
  }
}

function taken(name: string): SpotterError {
  return new SpotterError(
    'usage',
    `there is a user ${name} already; see "spotter user list", or remove that one first`,
  );
}
