import { Passwords, passwordFault } from '../auth/passwords.js';
import type { Role } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import { camerasText, withAccess } from './accessPlace.js';
import type { Context } from './context.js';
import { givenPassword } from './givenPassword.js';
import type { CommonOptions } from './options.js';
import { printError, printJson, printLine, printLines, printToStderr } from './print.js';
import { leftTable } from './table.js';

interface ListOptions extends CommonOptions {
  json?: boolean;
}

interface PasswordOptions extends ListOptions {
  passwordStdin?: boolean;
}

interface AddOptions extends PasswordOptions {
  role: Role;
  cameras?: string[];
  withoutPassword?: boolean;
}

/** `spotter user add`. @returns 0 */
export async function add({ signal }: Context, name: string, options: AddOptions): Promise<number> {
  const { role, withoutPassword, json, quiet } = options;
  const cameras = options.cameras ?? null;
  if (role === 'admin' && cameras !== null)
    throw new SpotterError('usage', 'an admin sees every camera; leave out --cameras, or use another role');
  // A name that is taken is refused before somebody types a password twice.
  await withAccess(options, options.cameras, ({ users }) => users.requireFree(name));
  const password = withoutPassword ? null : await hashOf(name, options, signal);
  const isFirst = await withAccess(options, options.cameras, ({ users }, { auth }) => {
    users.add({ name, role, cameras, password }, Date.now());
    return users.count === 1 && auth.required !== 'never';
  });
  if (json) printJson({ name, role, cameras });
  else printLine(`added ${name}, ${role}, ${camerasText(cameras)}`);
  if (isFirst && !quiet)
    printToStderr(
      'from now on everybody has to sign in, on this machine too; give programs a token: spotter token create NAME --scopes ...',
    );
  return 0;
}

/** `spotter user list`. @returns 0 */
export async function list(_context: Context, options: ListOptions): Promise<number> {
  const found = await withAccess(options, undefined, ({ users }) => users.list());
  const shown = found.map(({ name, role, cameras, password, createdMs }) => ({
    name,
    role,
    cameras,
    hasPassword: password !== null,
    createdAt: new Date(createdMs).toISOString(),
  }));
  if (options.json) printJson({ users: shown });
  else if (shown.length === 0) printLine('no users; add one with "spotter user add NAME"');
  else
    printLines(
      leftTable(
        shown.map(({ name, role, cameras, hasPassword }) => [
          name,
          role,
          camerasText(cameras),
          hasPassword ? '' : 'through a proxy only',
        ]),
      ),
    );
  return 0;
}

/** `spotter user password`. @returns 0 set, 1 there is no such user */
export async function password({ signal }: Context, name: string, options: PasswordOptions): Promise<number> {
  const isThere = await withAccess(options, undefined, ({ users }) => users.find(name) !== null);
  if (!isThere) return missing(name);
  const hash = await hashOf(name, options, signal);
  const isSet = await withAccess(options, undefined, ({ users }) => users.setPassword(name, hash));
  if (!isSet) return missing(name);
  if (options.json) printJson({ name });
  else printLine(`${name} has a new password; every session has ended`);
  return 0;
}

/** `spotter user remove`. @returns 0 removed, 1 there is no such user */
export async function remove(_context: Context, name: string, options: ListOptions): Promise<number> {
  const { isRemoved, isOpen } = await withAccess(options, undefined, ({ users }, { auth }) => ({
    isRemoved: users.remove(name),
    isOpen: users.count === 0 && auth.required === 'auto',
  }));
  if (!isRemoved) return missing(name);
  if (options.json) printJson({ removed: name });
  else printLine(`removed ${name}; every session has ended`);
  if (isOpen && !options.quiet)
    printToStderr('no user is left: nobody has to sign in on this machine, unless auth.required is always');
  return 0;
}

function missing(name: string): number {
  printError(`there is no user ${name}; see "spotter user list"`);
  return 1;
}

async function hashOf(
  name: string,
  { passwordStdin }: PasswordOptions,
  signal: AbortSignal,
): Promise<string> {
  const given = await givenPassword(name, passwordStdin === true, signal);
  const fault = passwordFault(given, name);
  if (fault !== null) throw new SpotterError('usage', fault);
  return new Passwords().hash(given);
}
