import { WriteStream } from 'node:tty';
import { describe, expect, it, vi } from 'vitest';
import { canRedraw, hasColours } from '../../src/core/terminal.js';

/** A terminal in an environment; Node reads the environment when it is asked for colours. */
const terminal = (environment: NodeJS.ProcessEnv) => ({
  isTTY: true,
  hasColors: () =>
    WriteStream.prototype.hasColors.call(Object.create(WriteStream.prototype), 16, environment),
});

describe('hasColours', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, true],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])('in %o is %s', (environment, expected) => {
    expect(hasColours(terminal(environment))).toBe(expected);
  });

  it('is false for a pipe', () => {
    expect(hasColours({ isTTY: false })).toBe(false);
  });
});

describe('canRedraw', () => {
  it('is true on a terminal that is not dumb, without colours, too', () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(canRedraw({ isTTY: true }, { TERM: 'xterm' })).toBe(true);
    expect(canRedraw({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(canRedraw({ isTTY: false }, { TERM: 'xterm' })).toBe(false);
    vi.unstubAllEnvs();
  });
});
