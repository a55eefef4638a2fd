import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/events/event.js';
import { Notifier, type NotifyRules, type PeopleSettings } from '../../src/events/notify.js';
import type { PersonSettings } from '../../src/gallery/person.js';
import { eventDraft } from '../helpers/events.js';

const settings = (change: Partial<PersonSettings>): PersonSettings => ({
  displayName: null,
  threshold: null,
  notify: true,
  note: null,
  validUntil: null,
  ...change,
});

function notifier(change: Partial<NotifyRules> = {}, people: PeopleSettings = {}) {
  const rules: NotifyRules = { kinds: ['match', 'unknown'], cooldownMs: 1000, ...change };
  const tested = new Notifier();
  return (atMs: number, draft: Partial<EventDraft> = {}) =>
    tested.judge(eventDraft(draft), rules, people, atMs);
}

describe('Notifier: a notification', () => {
  it('is for the kinds that are wanted', () => {
    const at = notifier();
    expect(at(0, { kind: 'appeared', person: null }).notify).toBe(false);
    expect(at(0).notify).toBe(true);
    expect(at(9000, { kind: 'left' }).notify).toBe(false);
  });

  it('has a cooldown by person and camera that only a notification begins', () => {
    const at = notifier();
    expect(at(0).notify).toBe(true);
    expect(at(999, { track: 'door-2' }).notify).toBe(false);
    expect(at(999, { person: 'bob' }).notify).toBe(true);
    expect(at(999, { camera: 'hall' }).notify).toBe(true);
    expect(at(1000).notify).toBe(true);
  });

  it('of nobody has a cooldown by kind and camera', () => {
    const at = notifier({ kinds: ['unknown', 'ambiguous'] });
    expect(at(0, { kind: 'unknown', person: null }).notify).toBe(true);
    expect(at(1, { kind: 'unknown', person: null, track: 'door-2' }).notify).toBe(false);
    expect(at(1, { kind: 'ambiguous', person: null }).notify).toBe(true);
    expect(at(1, { kind: 'unknown', person: null, camera: 'hall' }).notify).toBe(true);
  });

  it('without a cooldown is for every event', () => {
    const at = notifier({ cooldownMs: 0 });
    expect([at(0), at(0), at(0)].map(({ notify }) => notify)).toEqual([true, true, true]);
  });

  it('is not for a muted person, who begins no cooldown either', () => {
    const people: Record<string, PersonSettings> = {
      alice: settings({ notify: false, displayName: 'Alice A.' }),
    };
    const at = notifier({}, people);
    expect(at(0)).toMatchObject({ notify: false, displayName: 'Alice A.' });
    people.alice = settings({ displayName: 'Alice A.' });
    expect(at(1)).toMatchObject({ notify: true, displayName: 'Alice A.' });
    expect(at(2, { person: 'constructor' })).toMatchObject({ notify: true, displayName: null });
  });

  it('comes with a corrected name, and again when the person with the withdrawn name really comes', () => {
    const at = notifier();
    expect(at(0).notify).toBe(true);
    expect(at(10, { person: 'bob', withdrawn: 'alice' }).notify).toBe(true);
    expect(at(20, { track: 'door-2' }).notify).toBe(true);
    // That one was right: another track's correction does not undo it.
    expect(at(30, { track: 'door-3', person: 'carol', withdrawn: 'alice' }).notify).toBe(true);
    expect(at(40, { track: 'door-4' }).notify).toBe(false);
  });
});

describe('Notifier.forgetPerson', () => {
  it('drops the cooldowns of one person, and no others', () => {
    const rules: NotifyRules = { kinds: ['match'], cooldownMs: 1000 };
    const tested = new Notifier();
    const at = (atMs: number, draft: Partial<EventDraft>) =>
      tested.judge(eventDraft(draft), rules, {}, atMs).notify;
    expect(at(0, {})).toBe(true);
    expect(at(0, { person: 'bob' })).toBe(true);
    tested.forgetPerson('alice');
    expect(at(1, {})).toBe(true);
    expect(at(1, { person: 'bob' })).toBe(false);
  });
});
