import type { Options } from 'uplot';
import { expect, it, vi } from 'vitest';
import { plot } from '../../src/dashboard/parts/plot.js';

const drawn: Options[] = [];

vi.hoisted(() => {
  const { DateTimeFormat } = Intl;
  // A browser that speaks German.
  vi.stubGlobal('Intl', {
    ...Intl,
    DateTimeFormat: class extends DateTimeFormat {
      constructor(_: unknown, options: Intl.DateTimeFormatOptions) {
        super('de', options);
      }
    },
  });
});

vi.mock('uplot', () => ({
  default: class {
    constructor(options: Options) {
      drawn.push(options);
    }
    destroy() {}
  },
}));

it('shows times as the browser writes them, with seconds where marks are closer than a minute', () => {
  plot(document.createElement('div'), [], [], 0)();
  const [{ axes, series }] = drawn;
  const second = +new Date(2026, 10, 29, 17, 23, 20) / 1000;
  const mark = axes?.[0].values as (...rest: unknown[]) => string[];
  expect(mark(null, [second], 0, 80, 300)).toEqual(['17:23']);
  expect(mark(null, [second], 0, 80, 20)).toEqual(['17:23:20']);
  const legend = series[0].value as (...rest: unknown[]) => string;
  expect(legend(null, second)).toBe('17:23:20');
  expect(legend(null, null)).toBe('–');
});
