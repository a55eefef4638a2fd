import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/cluster/membership.js';
import {
  type UnwatchedCamera,
  unwatchedReason,
  unwatchedReasons,
} from '../../src/cluster/unwatchedReason.js';

const camera = {
  ...{ id: 'door', state: 'live', message: null, lease: 7, since: '2026-01-01T00:00:00.000Z' },
  ...{ lastFrameAt: null, width: 640, height: 360 },
};
const node = (name: string, maxCameras: number, isReady = true): UnwatchedCamera['members'][number] => ({
  node: name,
  load: { utilization: 0.5, dropped: 0, maxCameras, isReady },
  cameras: [camera],
});
const a = node('a', 9);

describe('unwatchedReason', () => {
  it.each<[Partial<UnwatchedCamera>, string]>([
    [{ clash: { node: 'b', isWatching: true }, holder: 'b' }, 'node b has another camera with this id'],
    [{ holder: 'b' }, 'node b watches it'],
    [{ allowed: ['x'] }, 'only x may watch it, and it is not in the cluster'],
    [{ allowed: ['x', 'y'] }, 'only x, y may watch it, and none of them is in the cluster'],
    [
      { allowed: ['a'], isDefined: () => false },
      'a may watch it, but does not have it in the configuration; add it there',
    ],
    [{ members: [node('a', 9, false)] }, 'waiting until a can watch cameras'],
    [{ members: [node('a', 9, false), node('b', 9, false)] }, 'waiting until a node can watch cameras'],
    [
      { allowed: ['b'], members: [a, node('b', 1)] },
      'b watches as many cameras as cluster.maxCameras allows; add a node, or raise it',
    ],
    [
      { members: [node('a', 0), node('b', 0)] },
      'all 2 nodes watch as many cameras as cluster.maxCameras allows; add a node, or raise it',
    ],
    [{}, 'a node is about to take it, or all that may are busy'],
  ])('of %j is "%s"', (what, reason) => {
    const known = { allowed: null, clash: null, holder: null, members: [a], isDefined: () => true };
    expect(unwatchedReason({ ...known, ...what })).toBe(reason);
  });
});

it('unwatchedReasons knows who watches what, and where a camera may be watched', () => {
  const member = (name: string, ids: string[]): Member => ({
    ...{ node: name, session: name, installation: name, version: '1', format: 1, startedAt: '', heardMs: 0 },
    ...{ load: { utilization: 0, dropped: 0, maxCameras: 9, isReady: true } },
    cameras: ids.map((id) => ({ ...camera, id })),
  });
  const reasonOf = unwatchedReasons({
    self: 'a',
    cameras: ['door', 'yard', 'attic'].map((id) => ({ id, nodes: id === 'attic' ? ['c'] : null })),
    // Its own report may still have a camera that it has just lost.
    members: [member('a', ['yard']), member('b', ['door'])],
    clashOf: () => null,
    isDefined: () => true,
  });
  expect(['door', 'yard', 'attic'].map(reasonOf)).toEqual([
    'node b watches it',
    'a node is about to take it, or all that may are busy',
    'only c may watch it, and it is not in the cluster',
  ]);
});
