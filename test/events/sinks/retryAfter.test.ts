import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/events/sinks/retryAfter.js';

const NOW_MS = Date.UTC(2026, 0, 1);

describe('retryAfterMs', () => {
  it.each([
    ['seconds', { retryAfter: '7' }, 7000],
    ['fractions', { retryAfter: '4.5' }, 4500],
    ['a date', { retryAfter: new Date(NOW_MS + 6000).toUTCString() }, 6000],
    [
      'Discord',
      { retryAfter: '65', resetAfter: '64.57', text: '{"message":"x","retry_after":64.57}' },
      64_570,
    ],
    ['Discord in ms', { resetAfter: '0.65', text: '{"retry_after":650}' }, 650],
    ['Telegram', { text: '{"ok":false,"error_code":429,"parameters":{"retry_after":5}}' }, 5000],
    ['nothing', { text: '{"retry_after":"soon"}', retryAfter: 'later' }, 0],
    ['a list', { text: '[1]' }, 0],
    ['null', { text: 'null' }, 0],
  ])('reads %s', (_what, answer, ms) => {
    expect(retryAfterMs({ retryAfter: undefined, resetAfter: undefined, text: '', ...answer }, NOW_MS)).toBe(
      ms,
    );
  });
});
