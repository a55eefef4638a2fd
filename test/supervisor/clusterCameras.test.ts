import { beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import type { CameraState } from '../../src/core/cameraState.js';
import { monotonicMs } from '../../src/core/clock.js';
import { type EventDraft, gapDraft } from '../../src/events/event.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
import { ClusterCameras } from '../../src/supervisor/clusterCameras.js';
import { EngineStatus } from '../../src/supervisor/engineStatus.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { recordedLog } from '../helpers/logger.js';
import { needNats, startNats } from '../helpers/natsServer.js';

const draft: EventDraft = gapDraft('door', { fromMs: 0, toMs: 1, cause: 'engine_died' });

/** The cameras of a node that is ready, with an engine that does what it is told. */
function camerasOf(...ids: string[]) {
  const config = schema.parse({ cameras: ids.map((id) => ({ id, url: 'test:320x240' })) });
  const registry = new CameraRegistry();
  for (const id of ids) registry.add(id);
  const status = new EngineStatus();
  status.unreadyReason = null;
  const heard: string[] = [];
  const now = { isCurrent: true };
  const setState = (id: string, state: CameraState, message: string | null) => {
    registry.setState(id, state, message);
  };
  const cameras: ClusterCameras = new ClusterCameras({
    ...{
      node: 'a',
      problem: () => null,
      isCurrent: () => now.isCurrent,
      announceStop: () => {},
      config: () => config,
      registry,
      status,
    },
    monitor: () => ({ setState }),
    engine: () => ({
      isWatching: true,
      begin: (id) => setState(id, 'live', null),
      assign: () => {
        for (const id of ids) if (!cameras.holds(id)) setState(id, 'waiting', cameras.reasons()(id));
      },
    }),
    observers: () => [{ cameraState: (id, state, _, node) => void heard.push(`${id} ${state} ${node}`) }],
    logger: recordedLog().logger,
  });
  return { cameras, registry, heard, now };
}

describe('ClusterCameras', () => {
  beforeEach(needNats);

  it('marks events with node and lease, and drops what was captured after the lease was over', async () => {
    const nats = await startNats();
    const { cameras, registry, heard } = camerasOf('door');
    expect(cameras.stamped(draft, monotonicMs())).toBeNull();
    const part = await cameras.part({ node: 'a', session: 's' });
    await clusterNode('a', [nats], {}, [part]).cluster.start();
    await eventually(() => cameras.holds('door'), Boolean);
    const whileHeldMs = monotonicMs();
    const stamped = cameras.stamped(draft, whileHeldMs);
    expect(stamped).toMatchObject({ node: 'a', lease: expect.any(Number) });
    const { lease, beganMs, capturedMs } = stamped?.fence ?? { lease: 0, beganMs: 0, capturedMs: 0 };
    expect(stamped?.lease).toBe(lease);
    expect(capturedMs).toBeGreaterThanOrEqual(beganMs);
    expect(Math.abs(capturedMs - Date.now())).toBeLessThan(2000);
    // No other node has used these numbers, nor will.
    expect(registry.nextTrack('door')).toBe(lease * 1000 + 1);
    expect(cameras.cameras).toEqual([{ id: 'door', state: 'live', message: null, node: 'a' }]);

    nats.pause();
    await eventually(
      () => registry.stateOf('door'),
      (state) => state === 'waiting',
    );
    expect(cameras.leaseLosses).toBe(1);
    expect(cameras.stamped(draft, monotonicMs())).toBeNull();
    expect(cameras.stamped(draft, whileHeldMs)?.fence?.capturedMs).toBeCloseTo(capturedMs, -2);
    // The end of a track has no frame. What a node saw of it after a freeze was not watched.
    const late = { ...draft, capturedAtMs: Date.now() + 60_000 };
    const end = cameras.stamped(late, null);
    const endMs = end?.fence?.capturedMs ?? 0;
    expect(endMs - capturedMs).toBeGreaterThan(0);
    expect(endMs - capturedMs).toBeLessThan(6000);
    expect(end?.capturedAtMs).toBeLessThan(Date.now());
    expect(cameras.stamped(draft, null)?.capturedAtMs).toBe(draft.capturedAtMs);
    nats.resume();
    await eventually(() => cameras.holds('door'), Boolean);
    expect(cameras.stamped(draft, whileHeldMs)).toBeNull();
    expect(heard).toContain('door live a');
    expect(heard).toContain('door waiting null');
  });

  it('takes no camera before everybody is erased who was forgotten meanwhile', async () => {
    const nats = await startNats();
    const { cameras, now } = camerasOf('door');
    now.isCurrent = false;
    const part = await cameras.part({ node: 'a', session: 's' });
    const { cluster } = clusterNode('a', [nats], {}, [part]);
    await cluster.start();
    const { membership } = cluster;
    const reportedReady = () => membership.members[0]?.load?.isReady;
    // By its second report, a node that may watch has taken the camera.
    const first = membership.members[0]?.heardMs ?? 0;
    await eventually(
      () => membership.members[0]?.heardMs ?? 0,
      (heardMs) => heardMs > first + 1000,
    );
    expect([cameras.holds('door'), reportedReady()]).toEqual([false, false]);
    now.isCurrent = true;
    await eventually(() => cameras.holds('door'), Boolean);
  });
});
