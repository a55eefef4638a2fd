import { SpotterError } from './errors.js';

/** The address of a live source: one form for ffmpeg, one for people. */
export interface Address {
  kind: 'rtsp' | 'rtsps' | 'http' | 'https' | 'device' | 'test';
  /** What ffmpeg opens: a URL with percent-encoded credentials, the path of a device, or the size of the test picture. */
  input: string;
  /** For messages: host and port without credentials, path and query (a query may contain a token), or the device. */
  name: string;
  /** Credentials as written, decoded and percent-encoded; empty without any. */
  secrets: string[];
}

const TEST_SIZE = '1280x720';
const KINDS = 'rtsp://, rtsps://, http://, https://, device:/dev/... or test:';

/**
 * Parses the address of a live source. Passwords are often not percent-encoded, so credentials reach to the last `@`
 * before the path and may contain `/` `:` `?` `#` and `@`; `%` followed by two hexadecimal digits is taken as encoded.
 *
 * @throws SpotterError camera.address; the message contains nothing of the address but its scheme
 */
export function parseAddress(url: string): Address {
  const text = url.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1].toLowerCase();
  switch (scheme) {
    case 'rtsp':
    case 'rtsps':
    case 'http':
    case 'https':
      return network(scheme, text.slice(scheme.length + 1));
    case 'device':
      return device(text.slice('device:'.length));
    case 'test':
      return testPicture(text.slice('test:'.length));
    case undefined:
      throw malformed(`an address without a scheme is not a live source; write ${KINDS}`);
    default:
      throw malformed(`${scheme}: is not a kind of live source; write ${KINDS}`);
  }
}

function network(kind: 'rtsp' | 'rtsps' | 'http' | 'https', rest: string): Address {
  if (!rest.startsWith('//')) throw malformed(`an address begins with ${kind}:// and then the host`);
  if (hasControls(rest))
    throw malformed(`the ${kind}:// address contains a line break or control character; remove it`);
  const { credentials, host, path } = split(rest.slice(2), kind);
  const [user, password] = credentials === null ? [null, null] : userAndPassword(credentials);
  const login = [user, password].filter((part) => part !== null).map(encode);
  const prefix = credentials === null ? '' : `${login.join(':')}@`;
  return {
    kind,
    input: `${kind}://${prefix}${host}${encodeSpaces(path)}`,
    name: host,
    secrets: [...formsOf(password), ...formsOf(user), ...(login.length === 2 ? [login.join(':')] : [])],
  };
}

function device(path: string): Address {
  if (!/^\/[^/]/.test(path) || hasControls(path))
    throw malformed('a device is written as device: and its path, such as device:/dev/video0');
  return { kind: 'device', input: path, name: path, secrets: [] };
}

function testPicture(written: string): Address {
  const size = written || TEST_SIZE;
  const [, width, height] = (/^(\d{1,5})x(\d{1,5})$/.exec(size) ?? []).map(Number);
  if (!(width >= 16 && height >= 16 && width <= 8192 && height <= 8192))
    throw malformed('a test picture is written as test: or test:WIDTHxHEIGHT, each 16 to 8192 px');
  return { kind: 'test', input: size, name: 'the test picture', secrets: [] };
}

interface Split {
  credentials: string | null;
  host: string;
  /** From the `/` or `?` on. */
  path: string;
}

/**
 * Finds where the credentials end. The reading of the URL standard is right when its host is one beyond doubt (dotted, an
 * IP address, or with a port). Otherwise a later `@` may end the credentials, because the password contains a `/` or `?`.
 */
function split(rest: string, kind: string): Split {
  const end = indexOrEnd(rest, /[/?]/);
  const at = rest.slice(0, end).lastIndexOf('@');
  const standard = splitAt(rest, at, end);
  const likeness = looksLike(standard.host);
  // Before the first `/`, `admin:12` may be a host with a port, or a user with a password that begins with digits.
  const isLogin = at < 0 && /^[^.[]*:\d+$/.test(standard.host);
  if (likeness === 'surely' && !isLogin) return standard;
  const later = laterSplits(rest, end).filter(({ credentials }) => at >= 0 || credentials?.includes(':'));
  const outsideQuery = later.filter(({ credentials }) => !/[/@].*\?/.test(credentials ?? ''));
  const sure = outsideQuery.find(({ host }) => looksLike(host) === 'surely');
  if (sure) return sure;
  if (likeness !== 'no') {
    const withPath = at < 0 ? undefined : outsideQuery.find(({ path }) => path.startsWith('/'));
    return withPath ?? standard;
  }
  const last = outsideQuery[0] ?? later[0];
  if (last) return last;
  if (standard.host === '') throw malformed(`the ${kind}:// address has no host; write ${kind}://host/path`);
  throw malformed(`the host or port of the ${kind}:// address is not valid; write ${kind}://host:port/path`);
}

/** The readings that end the credentials at an `@` after `end` and before a possible host, last first. */
function laterSplits(rest: string, end: number): Split[] {
  return [...rest.matchAll(/@/g)]
    .filter(({ index }) => index > end)
    .map(({ index }) => splitAt(rest, index, index + 1 + indexOrEnd(rest.slice(index + 1), /[/?]/)))
    .filter(({ host }) => looksLike(host) !== 'no')
    .reverse();
}

function splitAt(rest: string, at: number, end: number): Split {
  return {
    credentials: at < 0 ? null : rest.slice(0, at),
    host: rest.slice(at + 1, end),
    path: rest.slice(end),
  };
}

function looksLike(host: string): 'surely' | 'maybe' | 'no' {
  const [, bracketed, name, port] =
    /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([\p{L}\p{N}_][\p{L}\p{N}._-]*))(?::(\d{1,5}))?$/iu.exec(host) ?? [];
  if (bracketed === undefined && name === undefined) return 'no';
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return 'no';
  if (bracketed !== undefined || port !== undefined) return 'surely';
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /\.\p{L}{2,}$/u.test(name) || name === 'localhost')
    return 'surely';
  return /^[\d.]+$/.test(name) ? 'no' : 'maybe';
}

function userAndPassword(credentials: string): [user: string, password: string | null] {
  const colon = credentials.indexOf(':');
  return colon < 0 ? [credentials, null] : [credentials.slice(0, colon), credentials.slice(colon + 1)];
}

/** Percent-encodes a part of an address; `%XX` stays as it is. */
function encode(part: string): string {
  return part
    .split(/(%[0-9a-f]{2})/i)
    .map((piece, index) => (index % 2 ? piece : encodeStrict(piece)))
    .join('');
}

/** Percent-encodes everything but letters, digits and `-._~` (RFC 3986). Lone surrogates become U+FFFD. */
export function encodeStrict(text: string): string {
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function formsOf(part: string | null): string[] {
  if (!part) return [];
  const encoded = encode(part);
  return [...new Set([part, decode(part), encoded, decode(encoded)])];
}

/** Decodes the percent codes of a part of an address; returns it unchanged when they are malformed. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function encodeSpaces(path: string): string {
  return path.replace(/\s/g, encodeURIComponent);
}

function hasControls(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}

function indexOrEnd(text: string, pattern: RegExp): number {
  const index = text.search(pattern);
  return index < 0 ? text.length : index;
}

function malformed(sentence: string): SpotterError {
  return new SpotterError('camera.address', sentence);
}
