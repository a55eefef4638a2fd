import { describe, expect, it } from 'vitest';
import type { SpotterEvent } from '../../src/events/event.js';
import { Presence } from '../../src/events/presence.js';
import { spotterEvent } from '../helpers/events.js';

const nobody = { person: null } as const;
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

function told(...changes: Partial<SpotterEvent>[]): Presence {
  const presence = new Presence();
  for (const change of changes) presence.apply(spotterEvent(change));
  return presence;
}

describe('presence', () => {
  it('begins with nobody', () => {
    const presence = new Presence();
    expect(presence.whereIs('alice')).toBeNull();
    expect(presence.isOccupied('door')).toBe(false);
    expect(presence.lastAt('door')).toBeNull();
  });

  it('has somebody from the face on, a name from the match on, nobody after the leaving', () => {
    const presence = told({ kind: 'appeared', ...nobody });
    expect(presence.isOccupied('door')).toBe(true);
    expect(presence.peopleAt('door')).toEqual([]);
    presence.apply(spotterEvent({ capturedAt: at(1) }));
    expect(presence.peopleAt('door')).toEqual(['alice']);
    expect(presence.whereIs('alice')).toEqual({ cameras: ['door'], since: at(1) });
    presence.apply(spotterEvent({ kind: 'left' }));
    expect(presence.whereIs('alice')).toBeNull();
    expect(presence.isOccupied('door')).toBe(false);
    expect(presence.lastAt('door')).toBe('alice');
  });

  it('keeps a person at two cameras, the newest first, until both tracks have ended', () => {
    const yard = { camera: 'yard', track: 'yard-1' };
    const presence = told({ capturedAt: at(1) }, { ...yard, capturedAt: at(2) });
    expect(presence.whereIs('alice')).toEqual({ cameras: ['yard', 'door'], since: at(1) });
    presence.apply(spotterEvent({ ...yard, kind: 'left' }));
    expect(presence.whereIs('alice')?.cameras).toEqual(['door']);
  });

  it('counts two tracks of one person at one camera once', () => {
    const presence = told({}, { track: 'door-2' });
    expect(presence.peopleAt('door')).toEqual(['alice']);
    presence.apply(spotterEvent({ kind: 'left' }));
    expect(presence.whereIs('alice')?.cameras).toEqual(['door']);
  });

  it('takes a name back that was corrected', () => {
    const presence = told({}, { person: 'bob', withdrawn: 'alice' });
    expect(presence.peopleAt('door')).toEqual(['bob']);
    presence.apply(spotterEvent({ kind: 'unknown', ...nobody, withdrawn: 'bob' }));
    expect(presence.peopleAt('door')).toEqual([]);
    expect(presence.isOccupied('door')).toBe(true);
  });

  it('knows of nobody at a camera after a gap, and of everybody at the others', () => {
    const presence = told({}, { camera: 'yard', track: 'yard-1', person: 'bob' });
    expect(presence.apply(spotterEvent({ kind: 'gap', track: null, ...nobody }))).toBe(true);
    expect(presence.whereIs('alice')).toBeNull();
    expect(presence.whereIs('bob')?.cameras).toEqual(['yard']);
  });

  it('says whether something is news', () => {
    const presence = new Presence();
    expect(presence.apply(spotterEvent())).toBe(true);
    expect(presence.apply(spotterEvent())).toBe(false);
    expect(presence.apply(spotterEvent({ kind: 'left', track: 'door-9' }))).toBe(false);
    expect(presence.apply(spotterEvent({ kind: 'visit_started', track: null }))).toBe(false);
    expect(presence.clear()).toBe(true);
    expect(presence.clear()).toBe(false);
  });
});

describe('Presence.forgetPerson', () => {
  it("leaves the face, which is nobody's, and not who was last", () => {
    const presence = told({}, { track: 'door-2', person: 'bob' }, { track: 'door-3' });
    presence.forgetPerson('alice');
    expect(presence.whereIs('alice')).toBeNull();
    expect(presence.peopleAt('door')).toEqual(['bob']);
    expect(presence.lastAt('door')).toBeNull();
    presence.apply(spotterEvent({ kind: 'left', track: 'door-2', person: 'bob' }));
    expect(presence.isOccupied('door')).toBe(true);
  });
});
