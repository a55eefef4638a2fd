import { decode, parseAddress } from '../core/address.js';
import { mapStrings } from '../core/mapStrings.js';
import { opaqueParts, quotedSecrets } from '../core/secretSpans.js';
import { loginSecrets, MASKED, maskText, secretsInPath, textMasker } from '../core/secrets.js';
import { isRecording } from './cameraSchema.js';
import type { Config } from './schema.js';

/** The parts of a configuration that may hold secrets. */
export type SecretHolders = Pick<Config, 'cameras' | 'webhooks' | 'mqtt' | 'cluster'>;

/** Shorter paths and words of a User-Agent would blank out innocent text. */
const MIN_PART_LENGTH = 8;
const PLACEHOLDER = /\{\{.*?\}\}/;
const SHOWN_HEADERS = new Set(
  'accept content-type content-language delay icon markdown priority tags title user-agent'.split(' '),
);

/** Values of a valid configuration that must never be shown, wherever they appear. */
export function secretsOf({ cameras, webhooks, mqtt, cluster }: SecretHolders): string[] {
  const secrets = [
    ...cameras.flatMap(cameraSecrets),
    ...webhooks.flatMap(webhookSecrets),
    ...(mqtt.url === null ? [] : addressSecrets(mqtt.url)),
    ...cluster.servers.flatMap(addressSecrets),
    ...[cluster.key, cluster.password, cluster.token, cluster.nkey].map((secret) => secret ?? ''),
  ];
  return secrets.filter((secret) => secret !== '');
}

/**
 * A copy of a configuration that may be shown: the whole paths of webhooks are masked, because they are often the only
 * secret, and with them every other secret.
 *
 * @param secrets masked wherever they occur
 */
export function maskConfig(config: Config, secrets: readonly string[]): Config {
  const masked = mapStrings(config, textMasker(secrets));
  return {
    ...masked,
    cameras: masked.cameras.map((camera, index) => ({
      ...camera,
      url: maskCamera(config.cameras[index].url, secrets),
      input: camera.input.user_agent === undefined ? camera.input : { ...camera.input, user_agent: MASKED },
    })),
    cluster: { ...masked.cluster, ...maskedKeys(config.cluster) },
    webhooks: masked.webhooks.map((webhook, index) => ({
      ...webhook,
      url: maskText(withoutPath(config.webhooks[index].url), secrets),
      secret: webhook.secret === null ? null : MASKED,
      template: webhook.template === null ? null : withoutQuoted(webhook.template),
      headers: Object.fromEntries(
        Object.entries(webhook.headers).map(([name, value]) => [name, isShown(name) ? value : MASKED]),
      ),
    })),
  };
}

/** The keys of the cluster that are set, masked also where they are too short for {@link textMasker}. */
function maskedKeys({ key, password, token, nkey }: Config['cluster']): Partial<Config['cluster']> {
  const shown = (secret: string | null) => (secret === null ? null : MASKED);
  return { key: shown(key), password: shown(password), token: shown(token), nkey: shown(nkey) };
}

function cameraSecrets({ url, input }: Config['cameras'][number]): string[] {
  return [
    ...(isRecording(url) ? [] : addressSecrets(parseAddress(url).input)),
    ...withWords(input.user_agent ?? ''),
  ];
}

function webhookSecrets({ url, secret, headers, template, linkBase }: Config['webhooks'][number]): string[] {
  const values = Object.entries(headers)
    .filter(([name]) => !isShown(name))
    .flatMap(([, value]) => withWords(value));
  const body = template ?? '';
  // Quotes, braces and colons surround a token; they are no part of it.
  const spans = [...opaqueParts(body.replace(/[^\w.~+-]/g, ' ')), ...quotedSecrets(body)];
  const inBody = spans
    .flatMap(({ start, end }) => body.slice(start, end).split(PLACEHOLDER))
    .filter((part) => part.length >= MIN_PART_LENGTH);
  return [
    ...(linkBase === null ? [] : addressSecrets(linkBase)),
    ...[...addressSecrets(url), pathOf(url), ...tokensOf(url), secret ?? '', ...values],
    ...inBody,
  ];
}

/** A bot token in the path of an address (`/bot123:abc/sendMessage`), also without the `bot` before it. */
function tokensOf(url: string): string[] {
  return new URL(url).pathname.split('/').flatMap((part) => /^bot(\d+:[\w-]+)$/.exec(decode(part)) ?? []);
}

/** A template without the values of secret keys; a value that is a placeholder alone is none. */
function withoutQuoted(template: string): string {
  return quotedSecrets(template).reduceRight((text, { start, end }) => {
    const isFilledIn = text.slice(start, end).replace(PLACEHOLDER, '') === '';
    return isFilledIn ? text : `${text.slice(0, start)}${MASKED}${text.slice(end)}`;
  }, template);
}

/** Headers that hold no secret and may be shown; any other may. */
function isShown(header: string): boolean {
  return SHOWN_HEADERS.has(header.toLowerCase());
}

/** A value and, of `Bearer abc`, the second word, which is the secret. */
function withWords(value: string): string[] {
  return [value, ...value.split(' ').filter((part) => part.length >= MIN_PART_LENGTH)];
}

/** Secrets of a network address; none of a device or a test picture. */
function addressSecrets(address: string): string[] {
  const [, user, password] = /^[a-z]+:\/\/([^:@/]*):([^@/]+)@/.exec(address) ?? [];
  return [...(password === undefined ? [] : loginSecrets(user, password)), ...secretsInPath(address)];
}

/** In a query, a space would end what is masked. */
function maskCamera(url: string, secrets: readonly string[]): string {
  return maskText(isRecording(url) ? url : url.replace(/\s/g, encodeURIComponent), secrets);
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  return path.length < MIN_PART_LENGTH ? '' : path;
}

function withoutPath(url: string): string {
  const address = new URL(url);
  const isBare = `${address.pathname}${address.search}${address.hash}` === '/';
  Object.assign(address, { pathname: '/', search: '', hash: '' });
  return isBare ? address.href : `${address.href}${MASKED}`;
}
