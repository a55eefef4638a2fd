import { shownToken } from '../auth/tokens.js';
import type { Scope } from '../core/access.js';
import { camerasText, withAccess } from './accessPlace.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printError, printJson, printLine, printLines, printToStderr } from './print.js';
import { leftTable } from './table.js';

interface ListOptions extends CommonOptions {
  json?: boolean;
}

interface CreateOptions extends ListOptions {
  scopes: Scope[];
  cameras?: string[];
}

/** `spotter token create`. @returns 0 */
export async function create(_context: Context, name: string, options: CreateOptions): Promise<number> {
  const { scopes, json, quiet } = options;
  const cameras = options.cameras ?? null;
  const token = await withAccess(options, options.cameras, ({ tokens }) =>
    tokens.create({ name, scopes, cameras }, Date.now()),
  );
  if (json) printJson({ name, scopes, cameras, token });
  else printLine(token);
  if (!json && !quiet)
    printToStderr(
      'it cannot be shown again; a program sends it as "Authorization: Bearer TOKEN", never in an address',
    );
  return 0;
}

/** `spotter token list`. @returns 0 */
export async function list(_context: Context, options: ListOptions): Promise<number> {
  const found = await withAccess(options, undefined, ({ tokens }) => tokens.list());
  const shown = found.map(shownToken);
  if (options.json) printJson({ tokens: shown });
  else if (shown.length === 0)
    printLine('no tokens; create one with "spotter token create NAME --scopes ..."');
  else
    printLines(
      leftTable(
        shown.map(({ name, scopes, cameras, usedAt }) => [
          name,
          scopes.join(','),
          camerasText(cameras),
          usedAt === null ? 'never used' : `used ${usedAt}`,
        ]),
      ),
    );
  return 0;
}

/** `spotter token revoke`. @returns 0 revoked, 1 there is no such token */
export async function revoke(_context: Context, name: string, options: ListOptions): Promise<number> {
  const isRevoked = await withAccess(options, undefined, ({ tokens }) => tokens.revoke(name));
  if (!isRevoked) {
    printError(`there is no token ${name}; see "spotter token list"`);
    return 1;
  }
  if (options.json) printJson({ revoked: name });
  else printLine(`revoked ${name}`);
  return 0;
}
