import createClient from 'openapi-fetch';
import type { paths } from './schema.gen.js';

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

/** Sends requests, each typed by the document of the API. */
export const client = createClient<paths>({ baseUrl: location.origin, fetch: (request) => fetch(request) });

let onSignedOut = async () => {};

/** Called when the daemon asks for a sign-in. */
export function whenSignedOut(listener: () => Promise<void>): void {
  onSignedOut = listener;
}

interface Answer<T> {
  data?: T;
  error?: { detail?: string };
  response: Response;
}

/**
 * What the daemon answers to a request.
 *
 * @throws RequestFault with one sentence for people
 */
export async function answerOf<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request.catch(() => {
    throw new RequestFault(0, 'spotter does not answer');
  });
  const { ok, status } = response;
  if (ok) return data as T;
  if (status === 401) void onSignedOut();
  throw new RequestFault(status, error?.detail ?? `the request failed (${status})`);
}
