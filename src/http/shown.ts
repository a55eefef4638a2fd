import type { Caller } from '../core/access.js';
import { bearerOf, type Credentials } from './callers.js';
import type { Proxies } from './proxies.js';
import type { Refusal } from './refusal.js';
import { sessionIn } from './sessionCookie.js';

/** With what a request shows who sends it. */
export type Shown =
  | { kind: 'nothing' }
  | { kind: 'token'; text: string }
  /** Id of a session. */
  | { kind: 'session'; id: string }
  /** A user that a trusted proxy has signed in. */
  | { kind: 'proxied'; name: string; groups: string[] };

const NOTHING: Shown = { kind: 'nothing' };
const LONGEST_NAME = 200;
const LONG_NAME: Refusal = {
  status: 400,
  error: `the name of a user from a proxy has at most ${LONGEST_NAME} characters`,
};
const FOREIGN_PAGE: Refusal = {
  status: 403,
  error:
    'only pages of spotter itself act for somebody who has signed in; send the Origin of spotter, or a token instead of the cookie',
};

/**
 * With what a request shows who sends it: a token before a proxy's user before a session. A browser adds the last two to
 * requests of any page, so these need an Origin that may act.
 *
 * @param isOwnPage whether pages of an origin may act for a user
 */
export function shownBy(
  credentials: Credentials,
  proxies: Proxies,
  isOwnPage: (origin: string) => boolean,
): Shown | Refusal {
  const { headers, remoteAddress, sent, isActing } = credentials;
  const text = bearerOf(headers);
  if (text !== null) return { kind: 'token', text };
  const isForeign = headers.origin !== undefined && !isOwnPage(headers.origin);
  if (proxies.isTrusted(remoteAddress)) {
    const twice = proxies.headers.find((name) => sent.filter((one) => one === name).length > 1);
    if (twice !== undefined) return { status: 400, error: sentTwice(twice) };
    const user = proxies.userOf(credentials);
    if (user && user.name.length > LONGEST_NAME) return LONG_NAME;
    if (user) return isForeign ? FOREIGN_PAGE : { kind: 'proxied', ...user };
  }
  const id = sessionIn(headers.cookie, proxies.isSecure(credentials));
  if (id === null) return NOTHING;
  return isForeign || (isActing && headers.origin === undefined) ? FOREIGN_PAGE : { kind: 'session', id };
}

/** Whether two callers may do the same. */
export function isSameCaller(one: Caller, other: Caller): boolean {
  const key = ({ name, role, scopes, cameras }: Caller) =>
    JSON.stringify([name, role, [...scopes].sort(), cameras && [...cameras].sort()]);
  return key(one) === key(other);
}

function sentTwice(name: string): string {
  return `the header ${name} was sent twice; the proxy must replace what clients send (docs/access.md)`;
}
