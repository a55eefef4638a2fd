/** A request that the daemon refused, or that did not reach it. */
export class RequestFault extends Error {
  override name = 'RequestFault';

  /** @param status of HTTP; 0 when there was no answer */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | undefined>;

export interface RequestParts {
  query?: Query;
  /** Sent as JSON, or as it is when it is a picture. */
  body?: unknown;
}

let onSignedOut = () => {};

/** Called when the daemon asks for a sign-in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/**
 * Sends a request.
 *
 * @param path below /api/v1, with its names encoded
 * @returns what the daemon answers; undefined without a body
 * @throws RequestFault with one sentence for people
 */
export async function send<T>(method: string, path: string, { query, body }: RequestParts = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, location.origin);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  const isPicture = body instanceof Blob;
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['content-type'] = isPicture ? body.type : 'application/json';
  let response: Response;
  try {
    const content = isPicture ? body : body === undefined ? null : JSON.stringify(body);
    response = await fetch(url, { method, headers, body: content });
  } catch {
    throw new RequestFault(0, 'spotter does not answer');
  }
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  if (response.status === 401) onSignedOut();
  throw new RequestFault(response.status, problemOf(text) ?? `the request failed (${response.status})`);
}

function problemOf(text: string): string | null {
  try {
    const { detail, error } = JSON.parse(text) as { detail?: string; error?: string };
    return detail ?? error ?? null;
  } catch {
    return null;
  }
}
