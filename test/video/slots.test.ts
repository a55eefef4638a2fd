import { describe, expect, it } from 'vitest';
import { FrameMemory, SlotPool } from '../../src/video/slots.js';

describe('FrameMemory', () => {
  it('reuses its buffers while the frames keep their size', () => {
    const memory = new FrameMemory();
    const first = memory.take(3, 100);
    expect(first.map(({ length }) => length)).toEqual([100, 100, 100]);
    expect(memory.take(3, 100)).toEqual(first);
    expect(memory.take(3, 100)[0]).toBe(first[0]);
    expect(memory.take(3, 200).map(({ length }) => length)).toEqual([200, 200, 200]);
    expect(memory.take(2, 200)).toHaveLength(2);
  });

  it('is complete for a new connection, even if the previous one has not returned every buffer', () => {
    const memory = new FrameMemory();
    const before = new SlotPool(memory.take(2, 10));
    before.tryAcquire();
    const lost = before.tryAcquire() as Uint8Array;
    const now = new SlotPool(memory.take(2, 10));
    before.release(lost);
    expect([now.tryAcquire(), now.tryAcquire(), now.tryAcquire()].map((slot) => slot !== null)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
