import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import type { Address } from '../core/address.js';
import { describeError, SpotterError } from '../core/errors.js';
import { DEFAULT_PORTS, hostAndPort } from './hostAndPort.js';
import { isOwnPeer } from './ownPeer.js';

/** PEM files for the connection to one camera; null where it has none. */
export interface TlsFiles {
  /** The certificate that is shown to the camera, with its key. */
  certificate: string | null;
  key: string | null;
  /** Authorities, or the camera's own certificate: what it must be verified with. Null: it is not verified. */
  ca: string | null;
}

const CERTIFICATE_REFUSED = 'tunnel: client certificate refused';

/** Whether there is any file. */
export function isSecured(files: TlsFiles | undefined): files is TlsFiles {
  return files !== undefined && Object.values(files).some((file) => file !== null);
}

/** How ffmpeg reaches a camera. */
export interface Route {
  /** Where it finds the camera: at the camera's own address, or at this machine, without TLS. */
  request: { address: Address; transport?: 'tcp' };
  /** Why the camera could not be reached, as messages like those of ffmpeg; empty when it could. */
  faults: readonly string[];
  /** Puts the camera's name in place of the one that ffmpeg knows. */
  rename(text: string): string;
}

/**
 * The way to a camera: for rtsps:// with files a tunnel, because ffmpeg's RTSP demuxer hands neither certificates nor authorities on
 * to its TLS (ffmpeg 4 to 8).
 *
 * @param signal ends it
 * @throws SpotterError camera.unreachable when a file cannot be read or used
 */
export async function routeTo(
  address: Address,
  files: TlsFiles | undefined,
  signal: AbortSignal,
): Promise<Route> {
  if (address.kind === 'rtsps' && isSecured(files)) return openTlsTunnel(address, files, signal);
  return { request: { address }, faults: [], rename: (text) => text };
}

/** Opens a tunnel on 127.0.0.1. It has one connection at a time, and only of this user. */
async function openTlsTunnel(address: Address, files: TlsFiles, signal: AbortSignal): Promise<Route> {
  const { host, port } = hostAndPort(address.name, DEFAULT_PORTS.rtsps);
  const secureContext = await contextOf(files);
  const isVerified = files.ca !== null;
  const sockets = new Set<Socket>();
  const faults: string[] = [];
  const server = createServer((client) => {
    if (sockets.size > 0 || !isOwnPeer(client)) {
      client.destroy();
      return;
    }
    const camera = connect({ host, port, secureContext, rejectUnauthorized: isVerified });
    const end = () => {
      for (const socket of [client, camera]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, camera]) {
      sockets.add(socket);
      socket.on('close', end);
    }
    client.on('error', end);
    camera.on('error', (error: NodeJS.ErrnoException) => faults.push(messageOf(error)));
    // Some servers close the connection instead of saying that they do not accept a certificate.
    let isAnswered = files.certificate === null;
    camera.once('data', () => {
      isAnswered = true;
    });
    camera.once('end', () => {
      if (!isAnswered) faults.push(CERTIFICATE_REFUSED);
    });
    // Not before: a server that is not verified yet must not get the request.
    camera.once('secureConnect', () => client.pipe(camera).pipe(client));
  });
  await new Promise<void>((resolve, reject) => {
    // Later ones are of single connections, which ffmpeg notices.
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [before, login = ''] = /^rtsps:\/\/([^@/?]*@)?/.exec(address.input) ?? [''];
  const input = `rtsp://${login}${name}${address.input.slice(before.length + address.name.length)}`;
  return {
    request: { address: { ...address, kind: 'rtsp', name, input }, transport: 'tcp' },
    faults,
    rename: (text) => text.replaceAll(name, address.name),
  };
}

/** Made once, because a file may change at any time, and an error in a connection would end the process. */
async function contextOf(files: TlsFiles): Promise<SecureContext> {
  const [cert, key, ca] = await Promise.all([files.certificate, files.key, files.ca].map(read));
  try {
    return createSecureContext({ ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) });
  } catch (cause) {
    const why = describeError(cause);
    const advice = 'give a certificate and the key that belongs to it, and authorities, in PEM';
    throw new SpotterError('camera.unreachable', `cannot use the files of tls (${why}); ${advice}`, {
      cause,
    });
  }
}

async function read(file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (cause) {
    const why = describeError(cause);
    throw new SpotterError('camera.unreachable', `cannot read a file of tls (${why}); make it readable`, {
      cause,
    });
  }
}

/** In the words of {@link RULES}. */
function messageOf({ code = '', message }: NodeJS.ErrnoException): string {
  if (/^ERR_SSL_.*ALERT_(CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED)/.test(code))
    return CERTIFICATE_REFUSED;
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED/.test(code))
    return `tunnel: server certificate not verified: ${code}`;
  if (/^ERR_SSL_|^EPROTO/.test(code)) return `tunnel: no TLS: ${code}`;
  const known: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    EHOSTUNREACH: 'host is unreachable',
    ENETUNREACH: 'network is unreachable',
    ETIMEDOUT: 'timed out',
    ENOTFOUND: 'failed to resolve',
    EAI_AGAIN: 'failed to resolve',
  };
  return `tunnel: ${known[code] ?? message}`;
}
