import { isIP } from 'node:net';
import type { AccessFile } from '../auth/accessFile.js';
import { type DoorFault, type DoorRules, Doors } from '../auth/doors.js';
import { Passwords } from '../auth/passwords.js';
import { SignIn, type SignInOutcome } from '../auth/signIn.js';
import { shownToken } from '../auth/tokens.js';
import type { Config } from '../config/schema.js';
import { type Caller, NOBODY } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import type { Credentials } from '../http/callers.js';
import { isLoopback, isOwnOrigin } from '../http/origin.js';
import { Proxies } from '../http/proxies.js';
import type { Refusal } from '../http/refusal.js';
import { cookieFor, noCookie } from '../http/sessionCookie.js';
import type { SessionViews, SignedIn } from '../http/sessionRoutes.js';
import { type Shown, shownBy } from '../http/shown.js';
import type { TokenViews } from '../http/tokenRoutes.js';
import type { Logger } from '../observe/logger.js';
import { throttledWarning } from './throttledWarning.js';

/** What {@link Gate} needs. */
export interface GateOptions {
  file: AccessFile;
  /** The configuration in effect. */
  config: () => Pick<Config, 'auth' | 'http'>;
  /** Of the daemon's own programs. */
  controlToken: string;
  logger: Logger;
  /** Checks passwords; default: at full cost. */
  passwords?: Passwords;
}

const HOUR_MS = 3_600_000;
const FAULTS: Record<DoorFault, Refusal> = {
  token: {
    status: 401,
    error: 'the token is not valid here; create one with "spotter token create"',
    headers: { 'www-authenticate': 'Bearer' },
  },
  session: { status: 401, error: 'the session has ended; sign in again' },
  groups: { status: 403, error: 'none of your groups has a role here; see auth.proxy.groups' },
};
/** Headers by which a proxy says for whom it asks, or that it is one. */
const FORWARDING =
  /^(x-forwarded(-.*)?|forwarded|via|(x-real|true-client|x-client|x-cluster-client|cf-connecting)-ip)$/;
const UNREADABLE: Refusal = {
  status: 503,
  error: 'users and tokens cannot be read now; see the log of spotter',
};

/** Puts the doors before the HTTP server: who a caller is, signing in and out, tokens. */
export class Gate implements Component {
  /** Attempts to sign in so far, by outcome. */
  readonly signIns: Record<SignInOutcome, number> = { accepted: 0, refused: 0, limited: 0 };
  readonly #options: GateOptions;
  readonly #doors: Doors;
  readonly #signIn: SignIn;
  readonly #proxies: Proxies;
  /** For what may be repeated as often as somebody likes. */
  readonly #warnOften: (message: string) => void;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#warnOften = throttledWarning(options.logger);
    const { file, config, controlToken, passwords = new Passwords() } = options;
    this.#doors = new Doors(file, () => rulesOf(config()), controlToken);
    this.#proxies = new Proxies(() => config().auth.proxy);
    this.#signIn = new SignIn({
      file,
      passwords,
      limits: () => rulesOf(config()).sessions,
      onOutcome: (outcome, user, address) => this.#note(outcome, user, address),
    });
  }

  /** @throws SpotterError access.required when nobody could come in, access.newer, access.unusable */
  async start(): Promise<void> {
    await this.#doors.start();
    const { auth, http } = this.#options.config();
    if (this.#doors.isSignInRequired && !this.#doors.canAnybodySignIn) {
      await this.stop();
      throw new SpotterError('access.required', nobody(auth, http.host));
    }
    if (!this.#doors.isSignInRequired && !isLoopback(http.host))
      this.#options.logger.warn(
        `nobody has to sign in, and whoever reaches ${http.host}:${http.port} sees everything; ${auth.required === 'never' ? 'that is auth.required: never' : 'add a user with "spotter user add NAME --role admin"'}`,
      );
  }

  async stop(): Promise<void> {
    await this.#doors.stop();
  }

  /** Who sends a request. */
  identify(credentials: Credentials): Caller | Refusal {
    const shown = this.#shownBy(credentials);
    if ('error' in shown) return shown;
    return this.#guarded(() => {
      if (shown.kind !== 'token' && this.#isOfUnnamedProxy(credentials)) return unnamedProxy(credentials);
      const found = this.#doors.identify(shown, this.#isLocal(credentials));
      return typeof found === 'string' ? FAULTS[found] : (found ?? NOBODY);
    });
  }

  /** Address of who sends a request, also behind trusted proxies. */
  clientOf(credentials: Credentials): string {
    return this.#proxies.clientOf(credentials);
  }

  /** For the routes of sessions. */
  get sessions(): SessionViews {
    return {
      way: (credentials) => this.#way(credentials),
      signIn: (name, password, credentials) => this.#begin(name, password, credentials),
      signOut: (credentials) => this.#end(credentials),
    };
  }

  /** For the routes of tokens. */
  get tokens(): TokenViews {
    const { file, logger } = this.#options;
    return {
      list: () => file.use(({ tokens }) => tokens.list()).map(shownToken),
      create: (token) => {
        const text = file.use(({ tokens }) => tokens.create(token, Date.now()));
        const { name, scopes, cameras } = token;
        logger.info({ token: name, scopes, cameras }, 'token created');
        return text;
      },
      revoke: (name) => {
        const isRevoked = file.use(({ tokens }) => tokens.revoke(name));
        if (isRevoked) logger.info({ token: name }, 'token revoked');
        return isRevoked;
      },
    };
  }

  #way({ remoteAddress }: Credentials): ReturnType<SessionViews['way']> {
    try {
      if (!this.#doors.isSignInRequired) return 'none';
    } catch {
      return 'password';
    }
    const { userHeader } = this.#options.config().auth.proxy;
    return userHeader !== null && this.#proxies.isTrusted(remoteAddress) ? 'proxy' : 'password';
  }

  async #begin(name: string, password: string, credentials: Credentials): Promise<SignedIn> {
    const { origin } = credentials.headers;
    if (origin !== undefined && !this.#isOwnPage(origin, credentials)) return foreignPage();
    const before = this.#shownBy({ ...credentials, isActing: false });
    try {
      if (this.#isOfUnnamedProxy(credentials)) return unnamedProxy(credentials);
      const result = await this.#signIn.try(name, password, this.clientOf(credentials));
      if (result.outcome === 'refused') return { status: 401, error: 'wrong name or password' };
      if (result.outcome === 'limited') return tooMany(result.retryAfterSeconds);
      // The new session replaces the one that the browser had.
      if (!('error' in before) && before.kind === 'session') this.#doors.endSession(before.id);
      const { session, caller } = result;
      const seconds = Math.floor(rulesOf(this.#options.config()).sessions.maxMs / 1000);
      return { caller, cookie: cookieFor(session, this.#proxies.isSecure(credentials), seconds) };
    } catch (error) {
      if (error instanceof SpotterError && error.code === 'access.busy') return tooMany(5);
      return this.#unreadable(error);
    }
  }

  #end(credentials: Credentials): { cookie: string } | Refusal {
    const shown = this.#shownBy(credentials);
    if ('error' in shown) return shown;
    return this.#guarded(() => {
      if (shown.kind === 'session') this.#doors.endSession(shown.id);
      return { cookie: noCookie(this.#proxies.isSecure(credentials)) };
    });
  }

  #shownBy(credentials: Credentials): Shown | Refusal {
    return shownBy(credentials, this.#proxies, (origin) => this.#isOwnPage(origin, credentials));
  }

  /** Whether somebody on this machine sends a request. What comes from the address of a proxy may come from anywhere. */
  #isLocal(credentials: Credentials): boolean {
    const { remoteAddress } = credentials;
    return (
      isLoopback(remoteAddress) && !this.#proxies.isTrusted(remoteAddress) && !this.#isPassedOn(credentials)
    );
  }

  /** Whether a proxy that is not named sends a request for somebody else, who need not be on this machine. */
  #isPassedOn({ headers, remoteAddress }: Credentials): boolean {
    return forwardingHeader(headers) !== undefined && !this.#proxies.isTrusted(remoteAddress);
  }

  /** Whether a request was passed on where nobody has to sign in, because only this machine should reach the server. */
  #isOfUnnamedProxy(credentials: Credentials): boolean {
    const { required, trustNetwork } = this.#options.config().auth;
    if (required !== 'auto' || trustNetwork || !this.#isPassedOn(credentials)) return false;
    return !this.#doors.isSignInRequired;
  }

  #isOwnPage(origin: string, credentials: Credentials): boolean {
    const { allowedOrigins } = this.#options.config().http;
    return isOwnOrigin(origin, credentials.headers.host, allowedOrigins, this.#proxies.isSecure(credentials));
  }

  #guarded<T>(work: () => T): T | Refusal {
    try {
      return work();
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  #unreadable(error: unknown): Refusal {
    if (!(error instanceof SpotterError)) throw error;
    this.#warnOften(error.message);
    return UNREADABLE;
  }

  #note(outcome: SignInOutcome, user: string | null, address: string): void {
    this.signIns[outcome]++;
    // What was typed as an unknown name may be a password.
    const about = { user: user ?? '(unknown)', address };
    if (outcome === 'accepted') this.#options.logger.info(about, 'signed in');
    else if (outcome === 'refused')
      this.#options.logger.warn(about, 'sign-in refused: wrong name or password');
    else this.#warnOften(`sign-in of ${about.user} from ${address} refused: too many failed attempts`);
  }
}

function forwardingHeader(headers: Credentials['headers']): string | undefined {
  return Object.keys(headers).find((name) => FORWARDING.test(name));
}

function unnamedProxy({ headers }: Credentials): Refusal {
  return {
    status: 403,
    error: `a proxy passes this on, going by the header ${forwardingHeader(headers)}, so it may come from anywhere; add the address of the proxy to auth.proxy.addresses (docs/access.md)`,
  };
}

function rulesOf({ auth, http }: Pick<Config, 'auth' | 'http'>): DoorRules {
  const { required, trustNetwork, sessions, proxy } = auth;
  return {
    required,
    // A proxy on this machine opens it to others.
    isExposed: !trustNetwork && (!isLoopback(http.host) || proxy.addresses.length > 0),
    sessions: { idleMs: sessions.idleHours * HOUR_MS, maxMs: sessions.maxDays * 24 * HOUR_MS },
    hasProxy: proxy.userHeader !== null,
    groups: proxy.groups,
    defaultRole: proxy.defaultRole,
  };
}

function nobody({ required, proxy }: Config['auth'], host: string): string {
  let why = `${isIP(host) === 0 ? 'the address ' : ''}${host} can be reached by others`;
  if (required === 'always') why = 'auth.required is always';
  else if (isLoopback(host) && proxy.addresses.length > 0) why = 'auth.proxy opens spotter to others';
  return `nobody may sign in yet, and ${why}; add a user with "spotter user add NAME --role admin", or, where you trust everybody who reaches it, set auth.trustNetwork or --trust-network (docs/access.md)`;
}

function tooMany(seconds: number): Refusal {
  return {
    status: 429,
    error: `too many attempts to sign in; try again in ${Math.max(1, Math.ceil(seconds / 60))} min`,
    headers: { 'retry-after': String(seconds) },
  };
}

function foreignPage(): Refusal {
  return { status: 403, error: 'only pages of spotter itself sign somebody in; open its own page' };
}
