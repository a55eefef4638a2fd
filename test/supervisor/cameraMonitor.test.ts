import { describe, expect, it } from 'vitest';
import { type CameraConfig, schema } from '../../src/config/schema.js';
import type { EventDraft } from '../../src/events/event.js';
import { InView } from '../../src/events/inView.js';
import { buildFrameReport } from '../../src/pipeline/frameReport.js';
import { ALONE } from '../../src/supervisor/cameraDuty.js';
import { CameraMonitor, cameraLog } from '../../src/supervisor/cameraMonitor.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
import { recordedLog } from '../helpers/logger.js';

const cameras = (...ids: string[]): CameraConfig[] =>
  schema.parse({ cameras: ids.map((id) => ({ id, url: 'test:320x240' })) }).cameras;

/** A CameraMonitor that is to start with the given cameras, the calls of its observer, and the published events. */
function stoppedMonitorOf(...ids: string[]) {
  const heard: string[] = [];
  const published: EventDraft[] = [];
  const registry = new CameraRegistry();
  const monitor = new CameraMonitor({
    registry,
    cameras: () => cameras(...ids),
    inView: new InView(),
    observers: [
      {
        cameraState: (id, state, message) =>
          void heard.push(`${id} ${state}${message ? `: ${message}` : ''}`),
        cameraRemoved: (id) => void heard.push(`${id} removed`),
        frame: ({ camera }) => void heard.push(`${camera} frame`),
      },
      {},
    ],
    duty: ALONE,
    hub: { publish: (draft) => void published.push(draft), nextTrack: () => 7 },
  });
  return { monitor, registry, heard, published };
}

/** The same, started. */
function monitorOf(...ids: string[]) {
  const parts = stoppedMonitorOf(...ids);
  void parts.monitor.start();
  return parts;
}

describe('CameraMonitor', () => {
  it('adds the configured cameras with its start, before there is an engine', async () => {
    const { monitor, registry, heard } = stoppedMonitorOf('door', 'yard');
    expect(registry.ids).toEqual([]);
    await monitor.start();
    expect(registry.ids).toEqual(['door', 'yard']);
    expect(heard).toEqual(['door connecting', 'yard connecting']);
  });

  it('reports cameras that are added or removed, and not those that stay', () => {
    const { monitor, registry, heard } = monitorOf('door', 'yard');
    monitor.configure(cameras('yard', 'gate'));
    expect(heard).toEqual([
      'door connecting',
      'yard connecting',
      'gate connecting',
      'door stopped',
      'door removed',
    ]);
    expect(registry.ids).toEqual(['yard', 'gate']);
    expect(registry.nextTrack('gate')).toBe(7);
  });

  it('reports a state once, and none of a camera that is not configured', () => {
    const { monitor, heard } = monitorOf('door');
    monitor.setState('door', 'stalled', 'no frames');
    monitor.setState('door', 'stalled', 'no frames');
    monitor.setState('stranger', 'live', null);
    expect(heard.slice(1)).toEqual(['door stalled: no frames']);
  });

  it('passes on frames, but none of a camera that is no longer configured', () => {
    const { monitor, heard } = monitorOf('door');
    monitor.frame(buildFrameReport('door', { kind: 'unchanged' }, []));
    monitor.configure([]);
    monitor.frame(buildFrameReport('door', { kind: 'unchanged' }, []));
    expect(heard.filter((entry) => entry === 'door frame')).toHaveLength(1);
  });

  it('publishes the gap of a camera that was live when the engine went, once it is live again', () => {
    const { monitor, heard, published } = monitorOf('door', 'ended', 'bad');
    monitor.setState('door', 'live', null);
    monitor.setState('ended', 'stopped', null);
    monitor.setState('bad', 'quarantined', 'it crashes');
    const before = heard.length;
    monitor.interrupt('engine_died');
    expect(heard.slice(before)).toEqual(['door connecting: the engine is being replaced']);
    expect(published).toEqual([]);
    monitor.setState('door', 'live', null);
    expect(published).toMatchObject([{ kind: 'gap', camera: 'door', gap: { cause: 'engine_died' } }]);
  });

  it('publishes left events for the tracks in view when it stops', async () => {
    const { monitor, published } = monitorOf('door');
    const alice = {
      id: 'door-7',
      box: [1, 2, 3, 4],
      frame: { width: 640, height: 360 },
      person: 'alice',
    } as const;
    const times = { firstSeenMs: 0, lastSeenMs: 900, frames: 9, verdict: 'known' } as const;
    monitor.frame({
      ...buildFrameReport('door', { kind: 'unchanged' }, []),
      tracks: [{ ...alice, box: [1, 2, 3, 4], ...times }],
    });
    await monitor.stop();
    expect(published).toMatchObject([{ kind: 'left', track: 'door-7', person: 'alice' }]);
  });
});

describe('cameraLog', () => {
  it('logs each state with its reason, once cameras are watched', () => {
    const { logger, messages } = recordedLog();
    let isWatching = false;
    const log = cameraLog(logger, () => isWatching);
    log.cameraState?.('door', 'connecting', null);
    isWatching = true;
    log.cameraState?.('door', 'auth_failed', 'wrong password');
    log.cameraState?.('door', 'live', null);
    expect(messages).toEqual(['camera is auth_failed: wrong password', 'camera is live']);
  });
});
