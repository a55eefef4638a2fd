import { describe, expect, it } from 'vitest';
import type { SpotterEvent } from '../../src/events/event.js';
import { InView } from '../../src/events/inView.js';
import type { TrackBrief } from '../../src/track/trackBrief.js';
import { eventDraft, spotterEvent } from '../helpers/events.js';

const nobody = { person: null } as const;
const yard = { camera: 'yard', track: 'yard-1' };
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

/** The track `door-1` as a frame report has it. */
const seen: TrackBrief = {
  id: 'door-1',
  box: [9, 9, 99, 99],
  frame: { width: 640, height: 360 },
  firstSeenMs: 200,
  lastSeenMs: 3000,
  frames: 30,
  verdict: 'known',
  person: 'alice',
};

function published(...changes: Partial<SpotterEvent>[]): InView {
  const inView = new InView();
  for (const change of changes) inView.notePublished(spotterEvent(change));
  return inView;
}

describe('InView', () => {
  it('begins with nobody', () => {
    const inView = new InView();
    expect(inView.published).toEqual([]);
    expect(inView.reportedAt('door')).toEqual([]);
    expect(inView.whereIs('alice')).toBeNull();
    expect(inView.peopleAt('door')).toEqual([]);
    expect(inView.isOccupied('door')).toBe(false);
    expect(inView.lastPersonAt('door')).toBeNull();
    expect(inView.endReported(0)).toEqual([]);
  });

  it('keeps apart what the engine has reported and what has been published', () => {
    const inView = new InView();
    inView.noteReported(eventDraft());
    expect(inView.reportedAt('door')).toHaveLength(1);
    expect(inView.published).toEqual([]);
    expect(inView.whereIs('alice')).toBeNull();
    inView.notePublished(spotterEvent());
    inView.noteReported(eventDraft({ kind: 'left' }));
    expect(inView.reportedAt('door')).toEqual([]);
    expect(inView.published).toHaveLength(1);
    expect(inView.whereIs('alice')).not.toBeNull();
  });
});

describe('InView.published', () => {
  it('shows the published tracks and verdicts, with the box of the last frame', () => {
    const inView = new InView();
    inView.noteFrame('door', [seen]);
    expect(inView.published).toEqual([]);
    inView.notePublished(spotterEvent({ kind: 'appeared', ...nobody }));
    expect(inView.published).toEqual([{ ...seen, camera: 'door', verdict: null, person: null }]);
    inView.notePublished(spotterEvent({ kind: 'match' }));
    expect(inView.published).toEqual([{ ...seen, camera: 'door' }]);
    inView.notePublished(spotterEvent({ kind: 'left' }));
    expect(inView.published).toEqual([]);
  });

  it('follows the events alone while no frame has been reported', () => {
    const inView = published(
      { kind: 'appeared', ...nobody, mediaTimeMs: 500 },
      { kind: 'ambiguous', ...nobody, mediaTimeMs: 700, box: [5, 6, 7, 8] },
      { kind: 'visit_started', track: null, box: null },
    );
    const [track, ...others] = inView.published;
    expect(others).toEqual([]);
    expect(track).toMatchObject({
      id: 'door-1',
      camera: 'door',
      verdict: 'ambiguous',
      firstSeenMs: 500,
      lastSeenMs: 700,
      box: [5, 6, 7, 8],
    });
  });

  it('keeps when a track was first seen while its name changes', () => {
    const inView = published(
      { kind: 'appeared', ...nobody, mediaTimeMs: 500 },
      { mediaTimeMs: 700 },
      { person: 'bob', withdrawn: 'alice', mediaTimeMs: 900 },
    );
    expect(inView.published).toMatchObject([{ person: 'bob', firstSeenMs: 500, lastSeenMs: 900 }]);
  });

  it('has nobody at a camera after its gap: a `left` may be among the lost events', () => {
    const inView = published({ kind: 'match' }, { kind: 'match', ...yard });
    inView.noteFrame('door', [seen]);
    inView.notePublished(spotterEvent({ kind: 'gap', track: null, box: null, cause: 'log_unwritable' }));
    expect(inView.published).toMatchObject([{ id: 'yard-1' }]);
  });

  it('keeps who is in view when the log was lost, of which every event was published', () => {
    const inView = published({ kind: 'match' });
    inView.notePublished(spotterEvent({ kind: 'gap', track: null, box: null, cause: 'log_lost' }));
    expect(inView.published).toHaveLength(1);
  });

  it('has nobody at a camera that was forgotten', () => {
    const inView = published({});
    inView.forgetCamera('yard');
    expect(inView.published).toHaveLength(1);
    inView.forgetCamera('door');
    expect(inView.published).toEqual([]);
    expect(inView.isOccupied('door')).toBe(false);
    expect(inView.lastPersonAt('door')).toBeNull();
  });
});

describe('InView.reportedAt', () => {
  it('shows the tracks of the last frame of each camera', () => {
    const inView = new InView();
    inView.noteFrame('door', [seen]);
    inView.noteFrame('yard', [{ ...seen, id: 'yard-1' }]);
    expect(inView.reportedAt('door')).toEqual([seen]);
    inView.noteFrame('yard', []);
    expect(inView.reportedAt('yard')).toEqual([]);
    expect(inView.reportedAt('door')).toEqual([seen]);
  });
});

describe('InView.endReported', () => {
  it('gives a `left` for every track, once', () => {
    const inView = new InView();
    inView.noteReported(eventDraft({ kind: 'appeared', ...nobody }));
    inView.noteFrame('door', [seen]);
    const [left, ...others] = inView.endReported(Date.parse(at(5)));
    expect(others).toEqual([]);
    expect(left).toMatchObject({
      kind: 'left',
      camera: 'door',
      track: 'door-1',
      person: 'alice',
      mediaTimeMs: 3000,
      capturedAtMs: Date.parse(at(5)),
    });
    expect(left.ended).toEqual({
      firstSeenMs: 200,
      lastSeenMs: 3000,
      frames: 30,
      verdict: 'known',
      reason: null,
    });
    expect(inView.reportedAt('door')).toEqual([]);
    expect(inView.endReported(0)).toEqual([]);
  });

  it('does so for a track of which no frame has been reported, with its last verdict', () => {
    const inView = new InView();
    inView.noteReported(eventDraft({ kind: 'appeared', ...nobody, mediaTimeMs: 500 }));
    expect(inView.reportedAt('door')).toMatchObject([{ verdict: null, frames: 1 }]);
    inView.noteReported(eventDraft({ mediaTimeMs: 700 }));
    inView.noteReported(eventDraft({ kind: 'appeared', ...yard, ...nobody }));
    expect(inView.endReported(5)).toMatchObject([
      { kind: 'left', track: 'door-1', person: 'alice', ended: { verdict: 'known', firstSeenMs: 500 } },
      { kind: 'left', track: 'yard-1', person: null, ended: { verdict: 'unknown', reason: null } },
    ]);
  });

  it('does so at a camera that was removed before the engine could end its tracks', () => {
    const inView = new InView();
    inView.noteFrame('door', [seen, { ...seen, id: 'door-2', person: 'bob' }]);
    inView.forgetCamera('door');
    inView.noteReported(eventDraft({ kind: 'left', track: 'door-2', person: 'bob' }));
    expect(inView.endReported(5)).toMatchObject([
      { kind: 'left', camera: 'door', track: 'door-1', person: 'alice' },
    ]);
  });
});

describe('InView: people at cameras', () => {
  it('has a face from `appeared`, a name from `match`, and nobody after `left`', () => {
    const inView = published({ kind: 'appeared', ...nobody });
    expect(inView.isOccupied('door')).toBe(true);
    expect(inView.peopleAt('door')).toEqual([]);
    inView.notePublished(spotterEvent({ capturedAt: at(1) }));
    expect(inView.peopleAt('door')).toEqual(['alice']);
    expect(inView.whereIs('alice')).toEqual({ cameras: ['door'], since: at(1) });
    inView.notePublished(spotterEvent({ kind: 'left' }));
    expect(inView.whereIs('alice')).toBeNull();
    expect(inView.isOccupied('door')).toBe(false);
    expect(inView.lastPersonAt('door')).toBe('alice');
  });

  it('has a person at two cameras, the newest first, until both tracks have ended', () => {
    const inView = published({ capturedAt: at(1) }, { ...yard, capturedAt: at(2) });
    expect(inView.whereIs('alice')).toEqual({ cameras: ['yard', 'door'], since: at(1) });
    inView.notePublished(spotterEvent({ ...yard, kind: 'left' }));
    expect(inView.whereIs('alice')?.cameras).toEqual(['door']);
  });

  it('puts the camera first that named the person last, not the one that saw a face last', () => {
    const inView = published({ kind: 'appeared', ...nobody }, { ...yard }, {});
    expect(inView.whereIs('alice')?.cameras).toEqual(['door', 'yard']);
  });

  it('lists two tracks of one person at one camera once', () => {
    const inView = published({}, { track: 'door-2' });
    expect(inView.peopleAt('door')).toEqual(['alice']);
    inView.notePublished(spotterEvent({ kind: 'left' }));
    expect(inView.whereIs('alice')?.cameras).toEqual(['door']);
  });

  it('takes a corrected name back', () => {
    const inView = published({}, { person: 'bob', withdrawn: 'alice' });
    expect(inView.peopleAt('door')).toEqual(['bob']);
    inView.notePublished(spotterEvent({ kind: 'unknown', ...nobody, withdrawn: 'bob' }));
    expect(inView.peopleAt('door')).toEqual([]);
    expect(inView.isOccupied('door')).toBe(true);
  });

  it('has nobody at a camera after its gap, and everybody at the others', () => {
    const inView = published({}, { ...yard, person: 'bob' });
    expect(inView.notePublished(spotterEvent({ kind: 'gap', track: null, ...nobody }))).toBe(true);
    expect(inView.whereIs('alice')).toBeNull();
    expect(inView.whereIs('bob')?.cameras).toEqual(['yard']);
  });

  it('returns from notePublished whether something has changed', () => {
    const inView = new InView();
    expect(inView.notePublished(spotterEvent())).toBe(true);
    expect(inView.notePublished(spotterEvent())).toBe(false);
    expect(inView.notePublished(spotterEvent({ kind: 'left', track: 'door-9' }))).toBe(false);
    expect(inView.notePublished(spotterEvent({ kind: 'visit_started', track: null }))).toBe(false);
    expect(inView.notePublished(spotterEvent({ kind: 'gap', track: null }))).toBe(true);
    expect(inView.notePublished(spotterEvent({ kind: 'gap', track: null }))).toBe(false);
  });
});

describe('InView.forgetPerson', () => {
  it("keeps the faces as nobody's, and forgets who was last", () => {
    const inView = published({}, { track: 'door-2', person: 'bob' }, { track: 'door-3' });
    inView.forgetPerson('alice');
    expect(inView.whereIs('alice')).toBeNull();
    expect(inView.peopleAt('door')).toEqual(['bob']);
    expect(inView.lastPersonAt('door')).toBeNull();
    expect(inView.published.map(({ person }) => person)).toEqual([null, 'bob', null]);
    inView.notePublished(spotterEvent({ kind: 'left', track: 'door-2', person: 'bob' }));
    expect(inView.isOccupied('door')).toBe(true);
  });

  it('takes the name off the events that are still owed', () => {
    const inView = new InView();
    inView.noteReported(eventDraft());
    inView.forgetPerson('alice');
    expect(inView.endReported(1000)).toMatchObject([
      { kind: 'left', person: null, ended: { verdict: 'unknown' } },
    ]);
  });
});
