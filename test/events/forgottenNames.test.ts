import { describe, expect, it } from 'vitest';
import { ForgottenNames } from '../../src/events/forgottenNames.js';
import { eventDraft } from '../helpers/events.js';

const ended = { firstSeenMs: 0, lastSeenMs: 1, frames: 2, verdict: 'known' as const, reason: null };

function forgotten(isKnown = true): ForgottenNames {
  const names = new ForgottenNames();
  names.add('alice', isKnown);
  return names;
}

describe('ForgottenNames', () => {
  it('turns a match into an unknown face without a picture', () => {
    const names = forgotten();
    const match = names.cleanse(eventDraft({ displayName: 'Alice B.', snapshotKey: 'key' }));
    expect(match).toMatchObject({ kind: 'unknown', person: null, displayName: null, snapshotKey: null });
    expect(JSON.stringify(match)).not.toContain('lice');
    const left = names.cleanse(eventDraft({ kind: 'left', ended }));
    expect(left).toMatchObject({ kind: 'left', person: null, ended: { verdict: 'unknown', frames: 2 } });
    expect(names.cleanse(eventDraft({ kind: 'visit_ended' }))).toBeNull();
  });

  it('removes the name from events of others, and does not change events without it', () => {
    const names = forgotten();
    const bob = eventDraft({ person: 'bob', runnerUp: 'alice', withdrawn: 'alice', snapshotKey: 'key' });
    expect(names.cleanse(bob)).toEqual({ ...bob, runnerUp: null, withdrawn: null });
    const either = eventDraft({ kind: 'ambiguous', person: null, candidates: ['alice', 'bob'] });
    expect(names.cleanse(either)?.candidates).toEqual(['bob']);
    const stranger = eventDraft({
      kind: 'unknown',
      person: null,
      reason: 'similarity 0.20 to alice: not named',
    });
    expect(names.cleanse(stranger)?.reason).toBeNull();
    const eve = eventDraft({ person: 'eve' });
    expect(names.cleanse(eve)).toBe(eve);
  });

  it('releases a name when the gallery contains it again after being read without it', () => {
    const names = forgotten();
    names.notePeople(['alice', 'bob']);
    expect(names.has('alice')).toBe(true);
    names.notePeople(['bob']);
    expect(names.has('alice')).toBe(true);
    names.notePeople(['alice']);
    expect(names.has('alice')).toBe(false);
  });

  it('releases a name that the gallery did not contain as soon as it does', () => {
    const names = forgotten(false);
    names.notePeople(['bob']);
    names.notePeople(['alice']);
    expect(names.has('alice')).toBe(false);
  });
});
