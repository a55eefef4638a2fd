import { describe, expect, it } from 'vitest';
import { isIdle, mergeFiles, nameBeside } from '../../src/cluster/fileMerge.js';

const map = (files: Record<string, string>) => new Map(Object.entries(files));
const merge = (
  local: Record<string, string>,
  shared: Record<string, string>,
  base: Record<string, string>,
  unknown: string[] = [],
) =>
  mergeFiles({
    local: map(local),
    shared: map(shared),
    base: map(base),
    isUnknown: (name) => unknown.includes(name),
  });
const changes = (plan: ReturnType<typeof merge>) =>
  Object.fromEntries(
    Object.entries(plan).filter(([key, list]) => key !== 'agreed' && (list as unknown[]).length > 0),
  );

describe('mergeFiles', () => {
  it.each([
    ['nothing anywhere', {}, {}, {}, {}],
    ['the same everywhere', { a: '1' }, { a: '1' }, { a: '1' }, {}],
    ['the same, added on both sides', { a: '1' }, { a: '1' }, {}, {}],
    ['added here', { a: '1' }, {}, {}, { upload: ['a'] }],
    ['added elsewhere', {}, { a: '1' }, {}, { write: [{ name: 'a', sha256: '1' }] }],
    ['changed here', { a: '2' }, { a: '1' }, { a: '1' }, { upload: ['a'] }],
    ['changed elsewhere', { a: '1' }, { a: '2' }, { a: '1' }, { write: [{ name: 'a', sha256: '2' }] }],
    ['deleted here', {}, { a: '1' }, { a: '1' }, { drop: ['a'] }],
    ['deleted elsewhere', { a: '1' }, {}, { a: '1' }, { remove: ['a'] }],
    ['deleted on both sides', {}, {}, { a: '1' }, {}],
    ['deleted here, changed elsewhere', {}, { a: '2' }, { a: '1' }, { write: [{ name: 'a', sha256: '2' }] }],
    ['changed here, deleted elsewhere', { a: '2' }, {}, { a: '1' }, { upload: ['a'] }],
    ['the same change on both sides', { a: '2' }, { a: '2' }, { a: '1' }, {}],
  ] as const)('%s', (_, local, shared, base, expected) => {
    expect(changes(merge(local, shared, base))).toEqual(expected);
  });

  it('keeps both of two changes; the name belongs to the one in the record', () => {
    const plan = merge({ 'al/a.jpg': '2222222222' }, { 'al/a.jpg': '3' }, { 'al/a.jpg': '1' });
    expect(changes(plan)).toEqual({
      conflicts: [{ name: 'al/a.jpg', to: 'al/a-22222222.jpg', sha256: '3' }],
    });
  });

  it('says nothing of what cannot be looked at', () => {
    expect(changes(merge({}, { a: '1', b: '1' }, { a: '1', b: '1' }, ['a']))).toEqual({ drop: ['b'] });
  });

  it('makes nodes the same within a few rounds, whatever they have changed meanwhile, and loses no change', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    for (let round = 0; round < 400; round++) {
      const shared = new Map<string, string>();
      const nodes = Array.from({ length: 3 }, () => ({
        local: new Map<string, string>(),
        base: new Map<string, string>(),
      }));
      const written = new Set<string>();
      let next = 1;
      const sync = ({ local, base }: (typeof nodes)[number]): boolean => {
        const plan = mergeFiles({ local, shared, base, isUnknown: () => false });
        const agree = (name: string, sha256: string | null | undefined) =>
          sha256 ? base.set(name, sha256) : base.delete(name);
        for (const { name, to, sha256 } of plan.conflicts) {
          local.set(to, local.get(name) ?? '');
          local.set(name, sha256);
          agree(name, sha256);
        }
        for (const { name, sha256 } of plan.write) {
          local.set(name, sha256);
          agree(name, sha256);
        }
        for (const name of plan.remove) {
          local.delete(name);
          agree(name, null);
        }
        for (const name of plan.upload) {
          shared.set(name, local.get(name) ?? '');
          agree(name, local.get(name));
        }
        for (const name of plan.drop) {
          shared.delete(name);
          agree(name, null);
        }
        for (const { name, sha256 } of plan.agreed) agree(name, sha256);
        return isIdle(plan);
      };
      for (let step = 0; step < 12; step++) {
        const node = nodes[random(3)];
        const name = `al/${'abc'[random(3)]}.jpg`;
        if (random(4) === 0) node.local.delete(name);
        else {
          const content = `content${String(next++).padStart(4, '0')}`;
          node.local.set(name, content);
          written.add(content);
        }
        if (random(3) === 0) sync(nodes[random(3)]);
      }
      for (let rounds = 0; nodes.map(sync).includes(false); rounds++) expect(rounds).toBeLessThan(6);
      for (const { local, base } of nodes) {
        expect(new Map([...local].sort())).toEqual(new Map([...shared].sort()));
        expect(new Map([...base].sort())).toEqual(new Map([...shared].sort()));
      }
      for (const content of shared.values()) expect(written).toContain(content);
    }
  });
});

describe('nameBeside', () => {
  it.each([
    ['al/a.jpg', 'al/a-12345678.jpg'],
    ['al/in/a.b.jpg', 'al/in/a.b-12345678.jpg'],
    ['al.jpg', 'al/al-12345678.jpg'],
    ['al/person.yaml', 'al/person.yaml.12345678'],
    ['al.yaml', 'al/person.yaml.12345678'],
    ['.set-aside/photos/al/a.jpg', '.set-aside/photos/al/a-12345678.jpg'],
    ['.set-aside/people/al.jpg', '.set-aside/people/al/al-12345678.jpg'],
  ])('%s becomes %s', (name, beside) => {
    expect(nameBeside(name, '123456789a')).toBe(beside);
  });
});
