import { describe, expect, it } from 'vitest';
import { LastFrames } from '../../src/cluster/lastFrames.js';

const at = (seconds: number) => new Date(1_000_000 + seconds * 1000).toISOString();
const report = (state: string, lastFrameAt: string | null) => ({
  cameras: [
    {
      ...{ id: 'door', state, message: null, lease: 1, since: at(0) },
      ...{ lastFrameAt, width: null, height: null },
    },
  ],
});
/** This process has been running for 900 s less than the servers' clock says. */
const clock = { at: (monotonicMs: number) => monotonicMs + 900_000 };

describe('LastFrames', () => {
  it('has the last frame of any node on the own clock, and the begin of the lease before the first frame', () => {
    const frames = new LastFrames();
    expect(frames.at('door', clock)).toBeNull();
    frames.note(report('live', null));
    expect(frames.at('door', clock)).toBe(100_000);
    frames.note(report('live', at(9)));
    frames.note(report('live', at(7)));
    expect(frames.at('door', clock)).toBe(109_000);
  });

  it('misses nothing of a camera that gives nothing, but keeps what was watched while it is being opened', () => {
    const frames = new LastFrames();
    frames.note(report('live', at(9)));
    frames.note(report('connecting', null));
    expect(frames.at('door', clock)).toBe(109_000);
    frames.note(report('unreachable', at(9)));
    expect(frames.at('door', clock)).toBeNull();
  });
});
