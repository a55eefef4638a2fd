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
  it('makes a person somebody unknown, without a picture', () => {
    const names = forgotten();
    const match = names.cleanse(eventDraft({ displayName: 'Alice B.', snapshotKey: 'key' }));
    expect(match).toMatchObject({ kind: 'unknown', person: null, displayName: null, snapshotKey: null });
    expect(JSON.stringify(match)).not.toContain('lice');
    const left = names.cleanse(eventDraft({ kind: 'left', ended }));
    expect(left).toMatchObject({ kind: 'left', person: null, ended: { verdict: 'unknown', frames: 2 } });
    expect(names.cleanse(eventDraft({ kind: 'visit_ended' }))).toBeNull();
  });

  it('takes the name out of the events of others, and leaves those without it as they are', () => {
    const names = forgotten();
    const bob = eventDraft({ person: 'bob', runnerUp: 'alice', withdrawn: 'alice', snapshotKey: 'key' });
    expect(names.cleanse(bob)).toEqual({ ...bob, runnerUp: null, withdrawn: null });
    const either = eventDraft({ kind: 'ambiguous', person: null, candidates: ['alice', 'bob'] });
    expect(names.cleanse(either)?.candidates).toEqual(['bob']);
    const eve = eventDraft({ person: 'eve' });
    expect(names.cleanse(eve)).toBe(eve);
  });

  it('frees a name once the gallery was seen without it and has it anew', () => {
    const names = forgotten();
    names.notePeople(['alice', 'bob']);
    expect(names.has('alice')).toBe(true);
    names.notePeople(['bob']);
    expect(names.has('alice')).toBe(true);
    names.notePeople(['alice']);
    expect(names.has('alice')).toBe(false);
  });

  it('frees a name that the gallery did not have as soon as it has it', () => {
    const names = forgotten(false);
    names.notePeople(['bob']);
    names.notePeople(['alice']);
    expect(names.has('alice')).toBe(false);
  });
});
