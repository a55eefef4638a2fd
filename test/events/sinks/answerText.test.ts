import { describe, expect, it } from 'vitest';
import { answerQuoter } from '../../../src/events/sinks/answerText.js';

const quote = answerQuoter({
  url: 'https://us:p%40ssw@host/bot123:AbC-def_g/sendMessage?chat=s3cr3t',
  secret: 'key of the signature',
  headers: { authorization: 'Bearer t0ken' },
});

describe('answerQuoter', () => {
  it.each([
    ['the path', 'no /bot123:AbC-def_g/sendMessage?chat=s3cr3t'],
    ['a part of the path', 'bot123:AbC-def_g'],
    ['the token in other letters', 'BOT123:ABC-DEF_G bot123:abc-def_g'],
    ['the path as JSON', '"\\/bot123:AbC-def_g\\/sendMessage"'],
    ['the path percent-encoded', 'bot123%3AAbC-def_g%2FsendMessage'],
    ['a value of the query', 's3cr3t'],
    ['the login', `p@ssw p%40ssw ${Buffer.from('us:p@ssw').toString('base64')}`],
    ['a header', 'Bearer t0ken, t0ken'],
    ['the key', 'key of the signature'],
  ])('masks %s', (_what, text) => {
    expect(quote(text)).not.toMatch(/AbC-def_g|abc-def_g|ABC-DEF_G|s3cr3t|ssw|dXM6|t0ken|signature/);
  });

  it('makes control characters visible, on one line of at most 200 characters', () => {
    expect(quote(' a\r\n\x1b[31mb ')).toBe('a\\r\\n\\x1b[31mb');
    expect(quote('x'.repeat(500))).toHaveLength(200);
    expect(quote('')).toBe('');
  });

  it('shows no beginning of a secret that the limit has cut', () => {
    const secrets = 's3cr3t'.repeat(682);
    expect(quote(`${secrets}s3cr`.slice(0, 4096))).not.toContain('s3c');
  });
});
