import { describe, expect, it } from 'vitest';
import { TracksInView } from '../../src/events/tracksInView.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
import type { TrackBrief } from '../../src/track/trackBrief.js';
import { eventDraft, spotterEvent } from '../helpers/events.js';

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

describe('who is in view', () => {
  it('is who has been told and has not left, with the verdict as told and the box as last seen', () => {
    const tracks = new TracksInView();
    expect(tracks.view([seen])).toEqual([]);
    tracks.note(spotterEvent({ kind: 'appeared', person: null }));
    expect(tracks.view([seen])).toEqual([{ ...seen, camera: 'door', verdict: null, person: null }]);
    tracks.note(spotterEvent({ kind: 'match' }));
    expect(tracks.view([seen])).toEqual([{ ...seen, camera: 'door' }]);
    tracks.note(spotterEvent({ kind: 'left' }));
    expect(tracks.view([seen])).toEqual([]);
  });

  it('is told from the events alone while no frame has been reported', () => {
    const tracks = new TracksInView();
    tracks.note(spotterEvent({ kind: 'appeared', person: null, mediaTimeMs: 500 }));
    tracks.note(spotterEvent({ kind: 'ambiguous', person: null, mediaTimeMs: 700, box: [5, 6, 7, 8] }));
    tracks.note(spotterEvent({ kind: 'visit_started', track: null, box: null }));
    expect(tracks.view([])).toEqual([
      expect.objectContaining({
        id: 'door-1',
        camera: 'door',
        verdict: 'ambiguous',
        firstSeenMs: 500,
        box: [5, 6, 7, 8],
      }),
    ]);
    tracks.forget('yard');
    expect(tracks.view([])).toHaveLength(1);
    tracks.forget('door');
    expect(tracks.view([])).toEqual([]);
  });

  it('is nobody after a gap: the leaving of who was there may be among what was lost', () => {
    const tracks = new TracksInView();
    tracks.note(spotterEvent({ kind: 'match' }));
    tracks.note(spotterEvent({ kind: 'match', camera: 'yard', track: 'yard-1' }));
    tracks.note(spotterEvent({ kind: 'gap', track: null, box: null, cause: 'log_unwritable' }));
    expect(tracks.view([seen])).toEqual([expect.objectContaining({ id: 'yard-1' })]);
  });

  it('leaves when the engine dies before a frame was reported', () => {
    const book = new CameraRegistry();
    book.add('door');
    book.noteDraft(eventDraft({ kind: 'appeared', person: null }));
    expect(book.interrupt('engine_died', { unixMs: 5, monotonicMs: 5 })).toEqual([
      expect.objectContaining({ kind: 'left', track: 'door-1', camera: 'door' }),
    ]);
  });
});
