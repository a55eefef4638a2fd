import { JetStreamApiError } from '@nats-io/jetstream';
import { AuthorizationError, PermissionViolationError } from '@nats-io/transport-node';
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
  if (error instanceof AuthorizationError)
    return new SpotterError(
      'cluster.refused',
      `NATS at ${servers} refuses the login; check cluster.user, password, token, nkey or credentials`,
    );
  const violation = violationOf(error);
  if (violation)
    return new SpotterError(
      'cluster.refused',
      `NATS at ${servers} does not allow ${violation.operation} of ${violation.subject}; docs/cluster.md lists the permissions`,
    );
  const tls = tlsFaultOf(error);
  if (tls) return new SpotterError('cluster.refused', `NATS at ${servers}: ${tls}`);
  if (isNotEnabled(error) || JETSTREAM_OFF.includes(code))
    return new SpotterError(
      'cluster.unfit',
      `NATS at ${servers} has no JetStream; start nats-server with --jetstream, or enable it for the account`,
    );
  if (NO_SPACE.includes(code))
    return new SpotterError(
      'cluster.full',
      `NATS at ${servers} has no space (${describeError(error)}); raise max_file_store or the limit of the account, or lower cluster.maxMegabytes`,
    );
  return null;
}

/** OpenSSL's codes of a certificate that this node does not accept, as Node has them. */
const BAD_CERTIFICATE = /CERT|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA/;

/** Why there is no encrypted connection, and what to do; null for another fault. */
function tlsFaultOf(error: unknown): string | null {
  const text = describeError(error);
  if (text.includes("does not support 'tls'"))
    return 'the server has no TLS; use nats:// addresses without cluster.tls, or set up tls in nats-server';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!BAD_CERTIFICATE.test(code)) return null;
  return `the certificate of the server is not accepted (${text}); set cluster.tls.ca to the certificate of who has signed it, and use the host names that are in it`;
}

/** A request that is not allowed fails with this as its cause. */
function violationOf(error: unknown): PermissionViolationError | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof PermissionViolationError ? cause : null;
}

/** The client does not export the class of this error. */
function isNotEnabled(error: unknown): boolean {
  return error instanceof Error && error.name === 'JetStreamNotEnabled';
}
