const SHOWN = '***';
/** Everything up to the last @ may belong to the credentials: passwords are often not percent-encoded. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)([^:@]*):(.*)@/i;
const QUERY_SECRET = /([?&][^=&]*(?:pass|pwd|secret|token|key|auth)[^=&]*=)[^&#]*/gi;

/** A text with the password of an address in it, secret query parameters and known secrets replaced by ***. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text.replace(CREDENTIALS, `$1$2:${SHOWN}@`).replace(QUERY_SECRET, `$1${SHOWN}`);
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)]) masked = masked.split(form).join(SHOWN);
  }
  return masked;
}

/** A copy of a value of plain data, every string in it masked. */
export function maskDeep<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === 'string') return maskText(value, secrets) as T;
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, secrets)) as T;
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, maskDeep(item, secrets)]),
    ) as T;
  }
  return value;
}
