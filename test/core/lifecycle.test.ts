import { describe, expect, it } from 'vitest';
import { type Component, Together } from '../../src/core/lifecycle.js';

/** A component that records its calls; its stop() resolves once `letGo` is called. */
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

describe('Together', () => {
  it('stops its components all at once and waits for the slowest', async () => {
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

  it('leaves no component running when one fails to start', async () => {
    const notes: string[] = [];
    const [a, b] = [part('a', notes), part('b', notes, { fails: true })];
    a.letGo();
    b.letGo();
    await expect(new Together([a.component, b.component]).start()).rejects.toThrow('b fails');
    expect(notes).toContain('a stops');
  });
});
