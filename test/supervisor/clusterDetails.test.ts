import { describe, expect, it } from 'vitest';
import type { CameraDetails } from '../../src/supervisor/cameraRegistry.js';
import { clusterDetails } from '../../src/supervisor/clusterDetails.js';

const details = (id: string, change: Partial<CameraDetails> = {}): CameraDetails => ({
  ...{ id, state: 'waiting', message: 'node b watches it', lastFrameAt: null },
  ...{ width: null, height: null, node: null, ...change },
});

const reported = (id: string, state: string) => ({
  ...{ id, state, message: null, lease: 7, since: '2026-01-01T00:00:00.000Z' },
  ...{ lastFrameAt: '2026-01-01T00:00:01.000Z', width: 320, height: 240 },
});

describe('clusterDetails', () => {
  it('shows a camera as the node that watches it reports it, and those that only others have at the end', () => {
    const own = [
      details('door', { state: 'live', message: null }),
      details('yard'),
      details('hall', { message: 'waiting' }),
    ];
    const others = [{ node: 'b', cameras: [reported('attic', 'stalled'), reported('yard', 'live')] }];
    const all = clusterDetails(own, others, (id) => (id === 'door' ? 'a' : null));
    expect(all.map(({ id, state, node }) => `${id} ${state} ${node}`)).toEqual([
      'door live a',
      'yard live b',
      'hall waiting null',
      'attic stalled b',
    ]);
    expect(all[1]).toMatchObject({ lastFrameAt: '2026-01-01T00:00:01.000Z', width: 320, message: null });
  });

  it('keeps to its own state of a camera that it has just taken from a node that reports it still', () => {
    const own = [details('door', { state: 'connecting', message: null })];
    const others = [{ node: 'b', cameras: [reported('door', 'live')] }];
    expect(clusterDetails(own, others, () => 'a')).toEqual([{ ...own[0], node: 'a' }]);
  });

  it('shows a state that this version does not know as one that is retried', () => {
    const others = [{ node: 'b', cameras: [reported('door', 'dreaming')] }];
    expect(clusterDetails([], others, () => null)[0].state).toBe('connecting');
  });
});
