import { describe, expect, it } from 'vitest';
import { type Derive, Passwords, passwordFault } from '../../src/auth/passwords.js';

const CHEAP = { ln: 4, r: 8, p: 1 };

describe('Passwords', () => {
  it('makes PHC strings of scrypt with 128 MiB by default, which only their password fits', async () => {
    const passwords = new Passwords();
    const phc = await passwords.hash('correct horse');
    expect(phc).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await passwords.verify('correct horse', phc)).toBe(true);
    expect(await passwords.verify('correct horsf', phc)).toBe(false);
  });

  it('takes both ways to type an umlaut for the same', async () => {
    const passwords = new Passwords(CHEAP);
    expect(await passwords.verify('gru\u0308n und blau', await passwords.hash('grün und blau'))).toBe(true);
  });

  it.each(['', '$scrypt$', '$scrypt$ln=99,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA', '$2b$12$abc'])(
    'lets no password in with the damaged hash %j',
    async (phc) => {
      expect(await new Passwords(CHEAP).verify('', phc)).toBe(false);
    },
  );

  it('costs as much for a user that there is not', async () => {
    const costs: unknown[] = [];
    const derive: Derive = async (_password, _salt, length, { N, r, p }) => {
      costs.push([length, N, r, p]);
      return Buffer.alloc(length);
    };
    const passwords = new Passwords(CHEAP, derive);
    expect(await passwords.verify('x', null)).toBe(false);
    await passwords.verify('x', await passwords.hash('y'));
    expect(costs).toEqual([costs[0], costs[0], costs[0]]);
  });

  it('hashes two at a time, lets sixteen wait, and refuses more', async () => {
    const open: (() => void)[] = [];
    let most = 0;
    let running = 0;
    const derive: Derive = async (_password, _salt, length) => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => open.push(resolve));
      running--;
      return Buffer.alloc(length);
    };
    const passwords = new Passwords(CHEAP, derive);
    const all = Array.from({ length: 19 }, () => passwords.hash('x').then(() => 'done', String));
    expect(await all[18]).toMatch(/too many people are signing in/);
    let isDone = false;
    const results = Promise.all(all).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      for (const done of open.splice(0)) done();
      await new Promise(setImmediate);
    }
    expect((await results).filter((result) => result === 'done')).toHaveLength(18);
    expect(most).toBe(2);
  });

  it('says what is wrong with a new password', () => {
    expect(passwordFault('short', 'anna')).toMatch(/has 5 characters; use 8 or more/);
    expect(passwordFault('x'.repeat(257), 'anna')).toMatch(/at most 256/);
    expect(passwordFault('Annabella', 'annabella')).toMatch(/is the name/);
    expect(passwordFault('four words and more', 'anna')).toBeNull();
  });
});
