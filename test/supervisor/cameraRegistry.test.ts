import { describe, expect, it } from 'vitest';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
import { eventDraft } from '../helpers/events.js';

const frame = (outcome: FrameReport['outcome'] = 'processed'): FrameReport => ({
  camera: 'door',
  mediaTimeMs: 900,
  outcome,
  dropped: null,
  unchanged: false,
  stageMs: {},
  verdicts: [],
  tracks: [],
  embedded: 0,
  size: null,
});

/** So long after the process began, on both clocks; the wall clock may have been moved. */
const at = (ms: number, movedMs = 0) => ({ unixMs: ms + movedMs, monotonicMs: ms });

function liveRegistry(): CameraRegistry {
  const registry = new CameraRegistry();
  registry.add('door');
  registry.setState('door', 'live', null);
  return registry;
}

describe('CameraRegistry', () => {
  it('has the state of each camera until it is removed', () => {
    const registry = liveRegistry();
    registry.add('yard');
    expect(registry.setState('yard', 'unreachable', 'refused')).toBe(true);
    expect(registry.setState('yard', 'unreachable', 'refused')).toBe(false);
    expect(registry.cameras).toEqual([
      { id: 'door', state: 'live', message: null, node: null },
      { id: 'yard', state: 'unreachable', message: 'refused', node: null },
    ]);
    registry.remove('door');
    expect(registry.ids).toEqual(['yard']);
    expect(registry.stateOf('door')).toBeNull();
    expect(registry.setState('door', 'live', null)).toBe(false);
  });

  it('shows when the last frame was processed', () => {
    const registry = liveRegistry();
    expect(registry.details(at(1500))).toMatchObject([{ id: 'door', lastFrameAt: null }]);
    registry.noteFrame(frame(), 1000);
    registry.noteFrame(frame('dropped'), 1200);
    const door = { id: 'door', state: 'live', message: null, node: null };
    expect(registry.details(at(1500))).toEqual([
      { ...door, width: null, height: null, lastFrameAt: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it('ends a gap with the next frame, from the last one before the engine died', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame(), 1000);
    registry.beginGaps('engine_died', at(1200));
    expect(registry.endGap('door', at(2500))).toMatchObject({
      kind: 'gap',
      camera: 'door',
      track: null,
      gap: { from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:02.500Z', cause: 'engine_died' },
    });
    expect(registry.endGap('door', at(2600))).toBeNull();
  });

  it('has one gap for several deaths in a row', () => {
    const registry = liveRegistry();
    registry.noteFrame(frame(), 1000);
    registry.beginGaps('engine_died', at(1200));
    registry.setState('door', 'live', null);
    registry.beginGaps('engine_hung', at(1900));
    expect(registry.endGap('door', at(3000))?.gap).toMatchObject({
      from: '1970-01-01T00:00:01.000Z',
      cause: 'engine_died',
    });
  });

  it.each([3_600_000, -3_600_000])(
    'has a gap of the right length when the clock is moved by %i ms',
    (movedMs) => {
      const registry = liveRegistry();
      registry.noteFrame(frame(), 1000);
      registry.beginGaps('engine_died', at(1200));
      const gap = registry.endGap('door', at(2500, movedMs))?.gap;
      expect(gap?.to).toBe(new Date(2500 + movedMs).toISOString());
      expect(gap?.from).toBe(new Date(1000 + movedMs).toISOString());
    },
  );

  it('has no gap for a camera that delivered nothing anyway', () => {
    const registry = liveRegistry();
    registry.setState('door', 'unreachable', 'refused');
    registry.beginGaps('engine_died', at(1200));
    expect(registry.endGap('door', at(2500))).toBeNull();
  });

  it('numbers tracks on after the highest one reported', () => {
    const registry = liveRegistry();
    expect(registry.nextTrack('door')).toBe(1);
    registry.noteDraft(eventDraft({ track: 'door-7' }));
    registry.noteDraft(eventDraft({ track: 'door-5' }));
    expect(registry.nextTrack('door')).toBe(8);
  });
});
