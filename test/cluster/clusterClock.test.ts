import os from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { ClusterClock } from '../../src/cluster/clusterClock.js';

afterEach(() => vi.restoreAllMocks());

it('takes the sample with the shortest round trip', () => {
  const clock = new ClusterClock();
  expect(clock.at(0)).toBeNull();
  clock.note(100, 120, 50_010);
  clock.note(200, 202, 50_103);
  clock.note(300, 400, 50_200);
  expect(clock.at(500)).toBeCloseTo(50_402, -1);
});

it('goes on while the machine is suspended, and leaves out an entry that was on its way by then', () => {
  const clock = new ClusterClock();
  clock.note(100, 102, 50_001);
  const [bootedFor, wallMs] = [os.uptime(), Date.now()];
  vi.spyOn(os, 'uptime').mockReturnValue(bootedFor + 60);
  vi.spyOn(Date, 'now').mockReturnValue(wallMs + 60_000);
  expect(clock.at(200)).toBeCloseTo(110_100, -2);
  clock.note(200, 201, 50_100);
  expect(clock.at(300)).toBeCloseTo(110_200, -2);
});
