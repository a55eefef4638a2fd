import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AccessFile } from '../../src/auth/accessFile.js';
import { Passwords } from '../../src/auth/passwords.js';
import { SignIn } from '../../src/auth/signIn.js';
import { temporaryFolder } from '../helpers/temporary.js';

const passwords = new Passwords({ ln: 4, r: 8, p: 1 });
const LIMITS = { idleMs: 1e9, maxMs: 1e9 };
const HERE = '192.0.2.1';

async function doorOf(verify = passwords.verify.bind(passwords)) {
  const file = new AccessFile(temporaryFolder());
  await file.start();
  onTestFinished(() => file.stop());
  const password = await passwords.hash('correct horse');
  file.use(({ users }) => users.add({ name: 'anna', role: 'viewer', cameras: null, password }, 0));
  const onOutcome = vi.fn();
  let nowMs = 0;
  const checked = vi.fn(verify);
  const signIn = new SignIn({
    file,
    passwords: Object.assign(new Passwords(), { verify: checked }),
    limits: () => LIMITS,
    onOutcome,
    now: () => nowMs,
  });
  const trial = async (name: string, given: string, address = HERE) =>
    (await signIn.try(name, given, address)).outcome;
  return { file, signIn, trial, checked, onOutcome, wait: (ms: number) => (nowMs += ms) };
}

describe('SignIn', () => {
  it('begins a session for the right password, in any spelling of the name', async () => {
    const { signIn, file } = await doorOf();
    const result = await signIn.try('Anna', 'correct horse', HERE);
    const session = result.outcome === 'accepted' ? result.session : '';
    expect(file.use(({ sessions }) => sessions.use(session, 0, LIMITS))?.name).toBe('anna');
  });

  it('checks a password also for a name that there is not', async () => {
    const { trial, checked } = await doorOf();
    expect(await trial('nobody', 'correct horse')).toBe('refused');
    expect(await trial('anna', 'wrong')).toBe('refused');
    expect(checked).toHaveBeenCalledTimes(2);
  });

  it('refuses a name after 10 failures from anywhere for 15 minutes, the right password too', async () => {
    const { trial, wait, checked } = await doorOf();
    for (let count = 0; count < 10; count++)
      expect(await trial('anna', 'x', `192.0.2.${count}`)).toBe('refused');
    expect(await trial('anna', 'correct horse')).toBe('limited');
    expect(await trial('ANNA', 'correct horse')).toBe('limited');
    expect(checked).toHaveBeenCalledTimes(10);
    wait(15 * 60_000);
    expect(await trial('anna', 'correct horse')).toBe('accepted');
  });

  it('refuses an address after 30 failures, and with it its network of IPv6', async () => {
    const { trial } = await doorOf();
    for (let count = 0; count < 30; count++)
      expect(await trial(`name-${count}`, 'x', `2001:db8:0:1::${count}`)).toBe('refused');
    expect(await trial('anna', 'correct horse', '2001:db8:0:1:ffff::1')).toBe('limited');
    expect(await trial('anna', 'correct horse', '2001:db8:0:2::1')).toBe('accepted');
  });

  it('counts attempts that are made at once', async () => {
    const { trial } = await doorOf();
    const outcomes = await Promise.all(Array.from({ length: 15 }, () => trial('anna', 'x')));
    expect(outcomes.filter((outcome) => outcome === 'limited')).toHaveLength(5);
  });

  it('takes no failure from somebody who signs in', async () => {
    const { trial } = await doorOf();
    for (let count = 0; count < 50; count++) expect(await trial('anna', 'correct horse')).toBe('accepted');
  });

  it('does not let in with a password that is changed while the old one is checked', async () => {
    let change = () => {};
    const { trial, file } = await doorOf(async (given, phc) => {
      const isRight = await passwords.verify(given, phc);
      change();
      return isRight;
    });
    change = () => void file.use(({ users }) => users.setPassword('anna', 'another'));
    expect(await trial('anna', 'correct horse')).toBe('refused');
  });

  it('reports outcomes without the password', async () => {
    const { trial, onOutcome } = await doorOf();
    await trial('anna', 'Qz7v-secret');
    expect(onOutcome.mock.calls).toEqual([['refused', 'anna', HERE]]);
  });
});
