import { describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { LetterActions } from '../../src/supervisor/letterActions.js';
import { openLog, pending } from '../helpers/log.js';
import { receiver } from '../helpers/receiver.js';

/** Dead letters of three events for a webhook, and of one for a webhook that has been removed. */
async function lettersOf(webhook: object = {}) {
  const far = await receiver();
  const { log } = await openLog();
  log.append(pending([{ person: 'alice' }, { person: 'bob' }, { person: 'carol' }]));
  const at = '2026-01-01T00:00:00.000Z';
  for (const seq of [1, 2, 3]) log.add({ sink: 'webhook:hook', seq, reason: 'answered 404', at });
  log.add({ sink: 'webhook:gone', seq: 1, reason: 'answered 404', at });
  const config = schema.parse({ webhooks: [{ id: 'hook', url: far.url, ...webhook }] });
  const tested = new LetterActions({ log, loaded: () => ({ config, secrets: [] }) });
  onTestFinished(() => tested.stop());
  const left = () => log.list(null, 100).map(({ number }) => number);
  return { far, log, tested, left };
}

describe('LetterActions', () => {
  it('sends one again, which is none any more when it is accepted', async () => {
    const { far, tested, left } = await lettersOf();
    expect(await tested.resend(2)).toEqual({ outcome: 'delivered', reason: null });
    expect(far.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'event', seq: 2, person: 'bob' },
    ]);
    expect(left()).toEqual([4, 3, 1]);
  });

  it.each([
    [400, 'refused'],
    [503, 'failed'],
  ])('keeps one that is answered with %i', async (status, outcome) => {
    const { far, tested, left } = await lettersOf();
    far.answer = (response) => response.writeHead(status).end();
    expect(await tested.resend(1)).toMatchObject({ outcome, reason: expect.stringContaining(`${status}`) });
    expect(left()).toEqual([4, 3, 2, 1]);
  });

  it('keeps one whose webhook is gone or does not want it any more, and reports a number that has none', async () => {
    const { far, tested, left } = await lettersOf({ people: ['alice'] });
    expect(await tested.resend(4)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/gone is not/),
    });
    expect(await tested.resend(2)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/filters/),
    });
    expect(await tested.resend(5)).toEqual({ outcome: 'missing', reason: null });
    expect([far.received, left()]).toEqual([[], [4, 3, 2, 1]]);
  });

  it('drops one, and keeps its event', async () => {
    const { tested, log, left } = await lettersOf();
    expect([tested.drop(3), tested.drop(3)]).toEqual([true, false]);
    expect([left(), log.event(3, false)?.seq]).toEqual([[4, 2, 1], 3]);
  });

  it('stops while a far end hangs', async () => {
    const { far, tested } = await lettersOf();
    const asked = new Promise<void>((resolve) => {
      far.answer = () => resolve();
    });
    const resent = tested.resend(1);
    await asked;
    await tested.stop();
    expect(await resent).toMatchObject({ outcome: 'failed' });
  });
});
