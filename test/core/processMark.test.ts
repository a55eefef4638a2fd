import { describe, expect, it } from 'vitest';
import { isAbandoned, processMark } from '../../src/core/processMark.js';

const now = () => Date.now();

describe('isAbandoned', () => {
  it('is no for what a running process is at work on, however often it begins', () => {
    const [one, other] = [processMark(), processMark()];
    expect(one).not.toBe(other);
    expect([isAbandoned(one, now()), isAbandoned(other, now())]).toEqual([false, false]);
  });

  it('is yes for an earlier process of the same id', (context) => {
    if (process.platform !== 'linux') context.skip('only Linux says when a process began');
    const earlier = processMark().replace(/\d+(?=-)/, (began) => String(Number(began) - 1));
    expect(isAbandoned(earlier, now())).toBe(true);
  });

  it('is no for a process of another machine, until it has not written for long', () => {
    const foreign = processMark().replace(/^[0-9a-f]{8}/, '00000000');
    expect(isAbandoned(foreign, now())).toBe(false);
    expect(isAbandoned(foreign, 0)).toBe(true);
  });

  it('is no for a name without a mark', () => {
    expect(isAbandoned('photo.jpg', 0)).toBe(false);
  });
});
