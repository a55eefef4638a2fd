import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../src/core/byteBudget.js';

/** Tasks that run until they are ended, and those that run. */
function tasks(budget: ByteBudget) {
  const running = new Map<string, () => void>();
  const begin = (name: string, bytes: number) =>
    budget.use(bytes, async () => {
      await new Promise<void>((resolve) => running.set(name, resolve));
      running.delete(name);
    });
  return { begin, running: () => [...running.keys()], end: (name: string) => running.get(name)?.() };
}

describe('ByteBudget', () => {
  it('runs what fits at once, and the others in order when there is room', async () => {
    const { begin, running, end } = tasks(new ByteBudget(100));
    const [first, second] = [begin('a', 60), begin('b', 30)];
    const others = [begin('c', 50), begin('d', 1)];
    await Promise.resolve();
    await Promise.resolve();
    // d would fit, but c must not wait for ever.
    expect(running()).toEqual(['a', 'b']);
    end('a');
    await first;
    expect(running()).toEqual(['b', 'c', 'd']);
    for (const name of ['b', 'c', 'd']) end(name);
    await Promise.all([second, ...others]);
  });

  it('runs what needs more than there is alone', async () => {
    const { begin, running, end } = tasks(new ByteBudget(100));
    const [small, large] = [begin('small', 1), begin('large', 500)];
    await Promise.resolve();
    await Promise.resolve();
    expect(running()).toEqual(['small']);
    end('small');
    await small;
    expect(running()).toEqual(['large']);
    end('large');
    await large;
  });

  it('frees what running work does not keep, and is idle once nothing works', async () => {
    const budget = new ByteBudget(100);
    const { begin, running, end } = tasks(budget);
    let finish = () => {};
    const large = budget.use(90, async (keep) => {
      keep(40);
      keep(70);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const [fits, waits] = [begin('fits', 60), begin('waits', 1)];
    await Promise.resolve();
    await Promise.resolve();
    expect(running()).toEqual(['fits']);
    expect(budget.isIdle).toBe(false);
    finish();
    await large;
    expect(running()).toEqual(['fits', 'waits']);
    for (const name of running()) end(name);
    await Promise.all([fits, waits]);
    expect(budget.isIdle).toBe(true);
  });

  it('frees the memory of work that fails, and rejects as it does', async () => {
    const budget = new ByteBudget(1);
    const failed = budget.use(1, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await budget.use(1, async () => 'done')).toBe('done');
  });

  it('begins what fits, in order, and lets what is too large have everything', async () => {
    const bytes = new ByteBudget(10);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string, size: number) =>
      bytes.use(size, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    const all = [work('a', 6), work('b', 6), work('c', 4), work('huge', 99), work('d', 1)];
    const turn = () => new Promise(setImmediate);
    await turn();
    expect(begun).toEqual(['a']);
    ends.get('a')?.();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('b')?.();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('c')?.();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c', 'huge']);
    ends.get('huge')?.();
    await turn();
    ends.get('d')?.();
    await Promise.all(all);
  });
});
