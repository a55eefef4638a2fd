import { beforeEach, describe, expect, it, vi } from 'vitest';
import { showFault, showToast, toasts } from '../../src/dashboard/state/toasts.js';

beforeEach(() => {
  vi.useFakeTimers();
  toasts.value = [];
  return () => vi.useRealTimers();
});

const shown = () => toasts.value.map(({ text }) => text);

describe('toasts', () => {
  it('drop the oldest plain one for a fourth', () => {
    for (const text of ['a', 'b', 'c', 'd']) showToast(text);
    expect(shown()).toEqual(['b', 'c', 'd']);
  });

  it('drop none that can be undone, and no fault', () => {
    showToast('undoable', async () => {});
    showFault(new Error('fault'));
    for (const text of ['a', 'b']) showToast(text);
    expect(shown()).toEqual(['undoable', 'fault', 'b']);
    showToast('undoable too', async () => {});
    showToast('c');
    expect(shown()).toEqual(['undoable', 'fault', 'undoable too', 'c']);
  });
});
