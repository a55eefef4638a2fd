import { JetStreamApiError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  ConnectionError,
  NoRespondersError,
  PermissionViolationError,
  TimeoutError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';
import { describeError, SpotterError } from '../core/errors.js';

/** Codes of JetStream: not enough servers for so many copies. */
const TOO_FEW_SERVERS = [10005, 10074];
/** Codes of JetStream: no space for another stream or message. */
const NO_SPACE = [10023, 10028, 10047, 10077, 10122];
/** Codes of JetStream: the entry has another revision. */
const WRONG_REVISION = [10071, 10164];
const JETSTREAM_OFF = [10039, 10076];

/** The error code of JetStream; null for another error. */
export function codeOf(error: unknown): number | null {
  return error instanceof JetStreamApiError ? error.code : null;
}

/** Whether a write was refused because the entry has another revision than the expected one. */
export function isWrongRevision(error: unknown): boolean {
  return WRONG_REVISION.includes(codeOf(error) ?? 0);
}

/** Whether there are too few servers for the wanted number of copies. */
export function hasTooFewServers(error: unknown): boolean {
  return TOO_FEW_SERVERS.includes(codeOf(error) ?? 0);
}

/**
 * What an error of NATS means for the user; null for one that passes, such as a timeout or a lost connection.
 *
 * @param servers as shown, for the message
 */
export function refusalOf(error: unknown, servers: string): SpotterError | null {
  if (error instanceof SpotterError) return error;
  const code = codeOf(error) ?? 0;
  if (isLoginRefused(error))
    return new SpotterError('cluster.refused', `NATS at ${servers} ${LOGIN_REFUSED}`);
  const violation = violationOf(error);
  if (violation)
    return new SpotterError(
      'cluster.refused',
      `NATS at ${servers} does not allow ${violation.operation} of ${violation.subject}; docs/cluster.md lists the permissions`,
    );
  const tls = tlsFaultOf(error);
  if (tls !== null) return new SpotterError('cluster.refused', `NATS at ${servers}: ${tls}`);
  if (unansweredSubject(error) === INFO_SUBJECT || JETSTREAM_OFF.includes(offCodeOf(error)))
    return new SpotterError(
      'cluster.unfit',
      `NATS at ${servers} has no JetStream; start nats-server with --jetstream, or enable it for the account`,
    );
  if (NO_SPACE.includes(code))
    return new SpotterError(
      'cluster.full',
      `NATS at ${servers} has no space (${describeFault(error)}); raise max_file_store or the limit of the account, or lower cluster.maxMegabytes`,
    );
  return null;
}

/** What a server does that refuses the login, as the end of a sentence. */
export const LOGIN_REFUSED = 'refuses the login; check cluster.user, password, token, nkey or credentials';

/** Whether the server does not accept who this node is. */
export function isLoginRefused(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;
}

/** What an error of NATS or of the client says, as the part of a sentence that gives the reason; more helpful than the client. */
export function describeFault(error: unknown): string {
  const subject = unansweredSubject(error);
  if (subject !== null && JETSTREAM_API.test(subject)) return 'it has no JetStream, or JetStream has stopped';
  if (subject !== null)
    return `no server answers for ${subject}: its bucket or stream was deleted, or servers are away`;
  if (error instanceof TimeoutError) return 'no answer in time';
  const text = describeError(error);
  if (error instanceof ConnectionError && text.includes('undefined error'))
    return 'the connection was closed before anything came; check that a nats-server listens there, and accepts more connections';
  if (text === 'unexpected response from server') return 'what answers there is no nats-server';
  return text;
}

/** Where a server with JetStream says what it has. */
const INFO_SUBJECT = '$JS.API.INFO';
/** What JetStream itself answers; a stream answers the rest. */
const JETSTREAM_API = /^\$JS\.API\.(?!DIRECT\.)/;

/** The subject to which nobody listens; null for another error. The client says that JetStream is off, which need not be so. */
function unansweredSubject(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof NoRespondersError) return cause.subject;
  return null;
}

/** The error code of JetStream of an error or of its cause: where it is off, the client wraps it. */
function offCodeOf(error: unknown): number {
  return codeOf(error) ?? codeOf(error instanceof Error ? error.cause : null) ?? 0;
}

/** OpenSSL's codes of a certificate that this node does not accept, as Node has them. */
const BAD_CERTIFICATE = /CERT|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA/;

/** OpenSSL's codes of what the server does not accept of this node. */
const ALERT = /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA)/;
const UNWANTED_CLIENT =
  'the server wants a certificate of this node that it knows; set cluster.tls.certificate and key to one that its tls.ca_file has signed';

/** Why there is no encrypted connection, and what to do; null for another fault. */
function tlsFaultOf(error: unknown): string | null {
  const text = describeError(error);
  if (text.includes("does not support 'tls'"))
    return 'the server has no TLS; use nats:// addresses without cluster.tls, or set up tls in nats-server';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (ALERT.test(code)) return UNWANTED_CLIENT;
  if (!BAD_CERTIFICATE.test(code)) return null;
  return `the certificate of the server is not accepted (${text}); set cluster.tls.ca to the certificate of who has signed it, and use the host names that are in it`;
}

/** A request that is not allowed fails with this as its cause. */
function violationOf(error: unknown): PermissionViolationError | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof PermissionViolationError ? cause : null;
}
