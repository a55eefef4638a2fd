import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.js';
import { ReopenDelay } from '../../src/engine/reopenDelay.js';

const HEALTHY_MS = 10_000;
const delays = () => new ReopenDelay({ firstMs: 1000, maxMs: 30_000, healthyMs: HEALTHY_MS }, 60_000);

/** Whether a delay is this long; each is shortened by up to a fifth. */
const isAbout = (delayMs: number, fullMs: number) => delayMs <= fullMs && delayMs >= fullMs * 0.8;

describe('ReopenDelay', () => {
  it.each<[ErrorCode, number[]]>([
    ['camera.unreachable', [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ['camera.ended', [1000, 2000, 4000]],
    ['camera.auth', [60_000, 120_000, 240_000, 300_000, 300_000]],
    ['camera.reshaped', [1000, 2000, 4000, 5000, 5000]],
  ])('grows with every %s after a short session', (code, full) => {
    const delay = delays();
    for (const fullMs of full) expect(delay.next(code, 200)).toSatisfy((ms: number) => isAbout(ms, fullMs));
  });

  it.each<ErrorCode>(['camera.ended', 'camera.reshaped'])(
    'is none for %s after a healthy session',
    (code) => {
      const delay = delays();
      delay.next(code, 0);
      delay.next(code, 0);
      expect([delay.next(code, HEALTHY_MS), delay.next(code, HEALTHY_MS)]).toEqual([0, 0]);
      expect(delay.next(code, 0)).toSatisfy((ms: number) => isAbout(ms, 1000));
    },
  );

  it('starts over after a healthy session that failed', () => {
    const delay = delays();
    delay.next('camera.stalled', 0);
    expect(delay.next('camera.stalled', HEALTHY_MS)).toSatisfy((ms: number) => isAbout(ms, 1000));
  });
});
