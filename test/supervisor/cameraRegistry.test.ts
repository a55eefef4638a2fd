import { describe, expect, it } from 'vitest';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { CameraBook } from '../../src/supervisor/cameraRegistry.js';
import type { TrackBrief } from '../../src/track/trackBrief.js';
import { eventDraft } from '../helpers/events.js';

const alice: TrackBrief = {
  id: 'door-7',
  box: [1, 2, 3, 4],
  frame: { width: 640, height: 360 },
  firstSeenMs: 100,
  lastSeenMs: 900,
  frames: 9,
  verdict: 'known',
  person: 'alice',
};

const frame = (tracks: TrackBrief[] = []): FrameReport => ({
  camera: 'door',
  mediaTimeMs: 900,
  outcome: 'processed',
  dropped: null,
  unchanged: false,
  stageMs: {},
  verdicts: [],
  tracks,
  embedded: 0,
});

/** So long after the process began, on both clocks; the wall clock may have been moved. */
const at = (ms: number, movedMs = 0) => ({ unixMs: ms + movedMs, monotonicMs: ms });

function liveBook(): CameraBook {
  const book = new CameraBook();
  book.add('door');
  book.setState('door', 'live', null);
  return book;
}

describe('what is known of the cameras', () => {
  it('says who is in view', () => {
    const book = liveBook();
    book.noteFrame(frame([alice]), 1000);
    expect(book.tracks).toEqual([{ camera: 'door', ...alice }]);
  });

  it('lets everybody leave when the engine goes, and tells the gap with the next frame', () => {
    const book = liveBook();
    book.noteFrame(frame([alice]), 1000);
    const [left, ...more] = book.interrupt('engine_died', at(1200));
    expect(more).toEqual([]);
    expect(left).toMatchObject({ kind: 'left', camera: 'door', track: 'door-7', person: 'alice' });
    expect(left.ended).toMatchObject({ firstSeenMs: 100, lastSeenMs: 900, frames: 9, verdict: 'known' });
    expect(book.tracks).toEqual([]);
    expect(book.endGap('door', at(2500))).toMatchObject({
      kind: 'gap',
      camera: 'door',
      track: null,
      gap: { from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:02.500Z', cause: 'engine_died' },
    });
    expect(book.endGap('door', at(2600))).toBeNull();
  });

  it('lets them leave also of a camera that was taken out before the engine could say so', () => {
    const bob = { ...alice, id: 'door-8', person: 'bob' };
    const book = liveBook();
    book.noteFrame(frame([alice, bob]), 1000);
    book.remove('door');
    expect(book.tracks).toEqual([]);
    book.noteDraft(eventDraft({ kind: 'left', camera: 'door', track: 'door-8' }));
    const left = book.interrupt('engine_hung', at(1200));
    expect(left).toMatchObject([{ kind: 'left', camera: 'door', track: 'door-7', person: 'alice' }]);
    expect(book.leave(1300)).toEqual([]);
  });

  it('one gap spans several deaths', () => {
    const book = liveBook();
    book.noteFrame(frame(), 1000);
    book.interrupt('engine_died', at(1200));
    book.setState('door', 'live', null);
    book.interrupt('engine_hung', at(1900));
    expect(book.endGap('door', at(3000))?.gap).toMatchObject({
      from: '1970-01-01T00:00:01.000Z',
      cause: 'engine_died',
    });
  });

  it.each([3_600_000, -3_600_000])(
    'a gap is as long as it was when the clock is moved by %i ms',
    (movedMs) => {
      const book = liveBook();
      book.noteFrame(frame(), 1000);
      book.interrupt('engine_died', at(1200));
      const gap = book.endGap('door', at(2500, movedMs))?.gap;
      expect(gap?.to).toBe(new Date(2500 + movedMs).toISOString());
      expect(gap?.from).toBe(new Date(1000 + movedMs).toISOString());
    },
  );

  it('a camera that was away has no gap: nothing was to be seen', () => {
    const book = liveBook();
    book.setState('door', 'unreachable', 'refused');
    book.interrupt('engine_died', at(1200));
    expect(book.endGap('door', at(2500))).toBeNull();
  });

  it('goes on numbering tracks after the last one told', () => {
    const book = liveBook();
    expect(book.nextTrack('door')).toBe(1);
    book.noteDraft(eventDraft({ track: 'door-7' }));
    book.noteDraft(eventDraft({ track: 'door-5' }));
    expect(book.nextTrack('door')).toBe(8);
  });
});
