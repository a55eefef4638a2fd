import { describe, expect, it } from 'vitest';
import { ANYBODY, NOBODY } from '../../src/core/access.js';
import { SpotterError } from '../../src/core/errors.js';
import { viewsOf } from '../../src/http/api.js';
import { bearerOf, type Identify } from '../../src/http/callers.js';
import { httpServer } from '../helpers/http.js';
import { openLog } from '../helpers/log.js';

const TOKEN = 'the-token-of-this-start';

const WRONG_TOKEN = {
  status: 401,
  error: 'the token is not valid',
  headers: { 'www-authenticate': 'Bearer' },
};

/** A real server with the control routes. @param forget by default returns the name */
async function serve(
  forget: (name: string) => Promise<object> = async (person) => ({ person }),
  identify: Identify = ({ headers }) => (bearerOf(headers) === TOKEN ? ANYBODY : WRONG_TOKEN),
) {
  const { log } = await openLog();
  const asked: string[] = [];
  const http = await httpServer(
    {
      control: {
        forget: (name) => {
          asked.push(name);
          return forget(name);
        },
        resend: async (number) => {
          asked.push(`resend ${number}`);
          if (number === 9) throw new Error('the disk is gone');
          return { outcome: 'delivered', reason: null };
        },
        copyLog: async () => {
          throw new Error('the disk is full');
        },
        drop: (number) => {
          asked.push(`drop ${number}`);
          return number === 7;
        },
      },
      api: viewsOf(log, () => []),
    },
    { allowedOrigins: ['https://dash.example'], identify },
  );
  const post = async (name: string, headers: Record<string, string> = {}, method = 'POST') => {
    const response = await fetch(`${http.address}/api/v1/people/${name}/forget`, { method, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const letter = async (method: string, number: string, headers: Record<string, string> = bearer) => {
    const response = await fetch(`${http.address}/api/v1/dead-letters/${number}`, { method, headers });
    return { status: response.status, body: await response.json() };
  };
  return { post, letter, asked };
}

const bearer = { authorization: `Bearer ${TOKEN}` };

describe('POST /api/v1/people/:name/forget', () => {
  it('erases the person when the token is right', async () => {
    const { post, asked } = await serve();
    const { status, headers, body } = await post(encodeURIComponent('Zoë B.'), bearer);
    expect({ status, body }).toEqual({ status: 200, body: { person: 'Zoë B.' } });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(asked).toEqual(['Zoë B.']);
  });

  it.each(['Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(0, -1)}`, 'bearer of bad news'])(
    'refuses a wrong token with 401: %s',
    async (authorization) => {
      const { post, asked } = await serve();
      const { status, headers, body } = await post('alice', { authorization });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({
        status: 401,
        title: 'Unauthorized',
        error: expect.stringMatching(/^the token is not valid/),
      });
      expect(JSON.stringify(body)).not.toContain(TOKEN);
      expect(asked).toEqual([]);
    },
  );

  it('refuses who has not signed in with 401, and who may change people but not forget them with 403', async () => {
    for (const [caller, status, sentence] of [
      [NOBODY, 401, /^sign in first/],
      [{ ...ANYBODY, scopes: new Set(['people:write'] as const) }, 403, /needs the scope people:forget/],
    ] as const) {
      const { post, asked } = await serve(undefined, () => caller);
      expect(await post('alice')).toMatchObject({ status, body: { error: expect.stringMatching(sentence) } });
      expect(asked).toEqual([]);
    }
  });

  it('refuses web pages of other origins, and other methods', async () => {
    const { post, asked } = await serve();
    expect((await post('alice', { ...bearer, origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('alice', { ...bearer, origin: 'null' })).status).toBe(403);
    expect((await post('alice', bearer, 'GET')).status).toBe(404);
    expect(asked).toEqual([]);
    expect((await post('alice', { ...bearer, origin: 'https://dash.example' })).status).toBe(200);
  });

  it('answers 400 for an invalid name and 409 when the photos cannot be removed', async () => {
    const wrong = await serve(async () => {
      throw new SpotterError('usage', 'that is not a valid name');
    });
    expect(await wrong.post('..%2F..', bearer)).toMatchObject({
      status: 400,
      body: { error: 'that is not a valid name' },
    });
    const blocked = await serve(async () => {
      throw new SpotterError('gallery.unwritable', 'cannot remove alice');
    });
    expect(await blocked.post('alice', bearer)).toMatchObject({
      status: 409,
      body: { error: 'cannot remove alice' },
    });
  });
});

describe('POST and DELETE /api/v1/dead-letters/:number', () => {
  it('send a dead letter again, and drop it', async () => {
    const { letter, asked } = await serve();
    expect(await letter('POST', '7')).toEqual({ status: 200, body: { outcome: 'delivered', reason: null } });
    expect(await letter('DELETE', '7')).toEqual({ status: 200, body: { dropped: true } });
    expect(await letter('DELETE', '8')).toEqual({ status: 200, body: { dropped: false } });
    expect(asked).toEqual(['resend 7', 'drop 7', 'drop 8']);
  });

  it('refuse a wrong token, and a number that is none; answer 503 while the log fails', async () => {
    const { letter, asked } = await serve();
    for (const method of ['POST', 'DELETE']) {
      expect(await letter(method, '7', { authorization: 'Bearer x' })).toMatchObject({ status: 401 });
      expect(await letter(method, '7x')).toMatchObject({ status: 400 });
    }
    expect(asked).toEqual([]);
    expect(await letter('POST', '9')).toMatchObject({ status: 503 });
  });
});
