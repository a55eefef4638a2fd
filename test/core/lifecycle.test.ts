import { describe, expect, it } from 'vitest';
import { type Component, Together } from '../../src/core/lifecycle.js';

/** A part that notes what is done with it, and stops when it is let go. */
function part(name: string, notes: string[], { fails = false } = {}) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const component: Component = {
    start: async () => {
      if (fails) throw new Error(`${name} fails`);
      notes.push(`${name} starts`);
    },
    stop: async () => {
      notes.push(`${name} stops`);
      await held;
    },
  };
  return { component, letGo };
}

describe('components that do not need each other', () => {
  it('are stopped all at once: the slowest one says how long it takes', async () => {
    const notes: string[] = [];
    const [a, b] = [part('a', notes), part('b', notes)];
    const together = new Together([a.component, b.component]);
    await together.start();
    const stopped = together.stop().then(() => notes.push('stopped'));
    expect(notes).toEqual(['a starts', 'b starts', 'a stops', 'b stops']);
    b.letGo();
    a.letGo();
    await stopped;
    expect(notes.at(-1)).toBe('stopped');
  });

  it('are none of them left running when one cannot start', async () => {
    const notes: string[] = [];
    const [a, b] = [part('a', notes), part('b', notes, { fails: true })];
    a.letGo();
    b.letGo();
    await expect(new Together([a.component, b.component]).start()).rejects.toThrow('b fails');
    expect(notes).toContain('a stops');
  });
});
