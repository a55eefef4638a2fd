import { describe, expect, it } from 'vitest';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
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

function liveRegistry(): CameraRegistry {
  const registry = new CameraRegistry();
  registry.add('door');
  registry.setState('door', 'live', null);
  return registry;
}

describe('what is known of the cameras', () => {
  it('says who is in view', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame([alice]), 1000);
    expect(registry.tracks).toEqual([{ camera: 'door', ...alice }]);
  });

  it('lets everybody leave when the engine goes, and tells the gap with the next frame', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame([alice]), 1000);
    const [left, ...more] = registry.interrupt('engine_died', at(1200));
    expect(more).toEqual([]);
    expect(left).toMatchObject({ kind: 'left', camera: 'door', track: 'door-7', person: 'alice' });
    expect(left.ended).toMatchObject({ firstSeenMs: 100, lastSeenMs: 900, frames: 9, verdict: 'known' });
    expect(registry.tracks).toEqual([]);
    expect(registry.endGap('door', at(2500))).toMatchObject({
      kind: 'gap',
      camera: 'door',
      track: null,
      gap: { from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:02.500Z', cause: 'engine_died' },
    });
    expect(registry.endGap('door', at(2600))).toBeNull();
  });

  it('lets them leave also of a camera that was taken out before the engine could say so', () => {
    const bob = { ...alice, id: 'door-8', person: 'bob' };
    const registry = liveRegistry();
    registry.noteFrame(frame([alice, bob]), 1000);
    registry.remove('door');
    expect(registry.tracks).toEqual([]);
    registry.noteDraft(eventDraft({ kind: 'left', camera: 'door', track: 'door-8' }));
    const left = registry.interrupt('engine_hung', at(1200));
    expect(left).toMatchObject([{ kind: 'left', camera: 'door', track: 'door-7', person: 'alice' }]);
    expect(registry.leave(1300)).toEqual([]);
  });

  it('one gap spans several deaths', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame(), 1000);
    registry.interrupt('engine_died', at(1200));
    registry.setState('door', 'live', null);
    registry.interrupt('engine_hung', at(1900));
    expect(registry.endGap('door', at(3000))?.gap).toMatchObject({
      from: '1970-01-01T00:00:01.000Z',
      cause: 'engine_died',
    });
  });

  it.each([3_600_000, -3_600_000])(
    'a gap is as long as it was when the clock is moved by %i ms',
    (movedMs) => {
      const registry = liveRegistry();
      registry.noteFrame(frame(), 1000);
      registry.interrupt('engine_died', at(1200));
      const gap = registry.endGap('door', at(2500, movedMs))?.gap;
      expect(gap?.to).toBe(new Date(2500 + movedMs).toISOString());
      expect(gap?.from).toBe(new Date(1000 + movedMs).toISOString());
    },
  );

  it('a camera that was away has no gap: nothing was to be seen', () => {
    const registry = liveRegistry();
    registry.setState('door', 'unreachable', 'refused');
    registry.interrupt('engine_died', at(1200));
    expect(registry.endGap('door', at(2500))).toBeNull();
  });

  it('goes on numbering tracks after the last one told', () => {
    const registry = liveRegistry();
    expect(registry.nextTrack('door')).toBe(1);
    registry.noteDraft(eventDraft({ track: 'door-7' }));
    registry.noteDraft(eventDraft({ track: 'door-5' }));
    expect(registry.nextTrack('door')).toBe(8);
  });
});

describe('CameraRegistry.forgetPerson', () => {
  it('makes the tracks of one person unknown until they have left', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame([alice, { ...alice, id: 'door-8', person: 'bob' }]), 900);
    registry.forgetPerson('alice');
    expect(registry.tracks).toMatchObject([
      { person: null, verdict: 'unknown' },
      { person: 'bob', verdict: 'known' },
    ]);
    expect(registry.leave(1000)[0]).toMatchObject({ person: null, ended: { verdict: 'unknown' } });
  });
});
