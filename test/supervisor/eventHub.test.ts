import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Config } from '../../src/config/schema.js';
import { Stack } from '../../src/core/lifecycle.js';
import type { SpotterEvent } from '../../src/events/event.js';
import { InView } from '../../src/events/inView.js';
import { Metrics } from '../../src/observe/metrics.js';
import { CameraRegistry } from '../../src/supervisor/cameraRegistry.js';
import { EventHub } from '../../src/supervisor/eventHub.js';
import { RecentFaces } from '../../src/supervisor/recentFaces.js';
import { configWith } from '../helpers/engine.js';
import { eventDraft } from '../helpers/events.js';
import { good } from '../helpers/film.js';
import { recordedLog } from '../helpers/logger.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A started hub over a log of its own, and the events that it has published; it ends with the test. */
async function startHub(change: (config: Config) => void = () => {}) {
  const data = temporaryFolder();
  const load = (more: (config: Config) => void) =>
    configWith((config) => {
      config.data = data;
      more(config);
    });
  const events: SpotterEvent[] = [];
  let wake = () => {};
  const metrics: Metrics = new Metrics({
    version: '1.2.3',
    onnxruntime: () => '',
    placements: () => [],
    engine: () => ({ utilization: 0, residentBytes: 0, cpuSeconds: 0 }),
    inWork: () => [],
    gallery: () => ({ people: 0, used: 0, unusable: 0 }),
    wsClients: () => hub.gauges.wsClients(),
    liveViewers: () => 0,
    openVisits: () => hub.gauges.openVisits(),
    sinks: () => hub.gauges.sinks(),
    log: () => hub.gauges.log(),
    lostLines: () => ({ stdout: 0, stderr: 0 }),
    signIns: () => ({}),
    cluster: null,
  });
  const { logger, messages } = recordedLog();
  const cameras = new CameraRegistry();
  const faces = new RecentFaces({
    limits: () => ({ tracks: 200, minutes: 30 }),
    isLive: () => false,
    now: () => 0,
  });
  const hub: EventHub = new EventHub({
    loaded: load(change),
    logger,
    metrics,
    cameras,
    inView: new InView(),
    faces,
    stats: () => ({ cameras: [] }),
    onEvent: (event) => {
      events.push(event);
      wake();
    },
  });
  const parts = new Stack([hub.log, hub]);
  await parts.start();
  onTestFinished(() => parts.stop());
  /** Resolves when so many events have been published. */
  const published = async (count: number) => {
    while (events.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { hub, data, cameras, events, published, load, messages, metrics, stop: () => parts.stop() };
}

describe('EventHub', () => {
  it('publishes an event once the log has it', async () => {
    const { hub, events, published, metrics } = await startHub();
    hub.publish(eventDraft());
    expect(events).toEqual([]);
    await published(1);
    expect(events).toMatchObject([{ seq: 1, kind: 'match', person: 'alice' }]);
    expect(hub.log.state.lastSeq).toBe(1);
    const { body } = await metrics.expose();
    expect(body).toContain('spotter_events_total{camera="door",kind="match"} 1');
    expect(body).toContain('spotter_log_writable 1');
  });

  it('publishes a gap per camera when the log is lost, as the first events of the new one', async () => {
    const { hub, data, cameras, events, published, messages } = await startHub();
    cameras.add('door');
    cameras.add('yard');
    hub.publish(eventDraft());
    await published(1);
    rmSync(path.join(data, 'events.db'));
    hub.publish(eventDraft({ person: 'bob' }));
    await published(4);
    expect(events.slice(1)).toMatchObject([
      { seq: 2, kind: 'match', person: 'bob' },
      { seq: 3, kind: 'gap', camera: 'door', cause: 'log_lost' },
      { seq: 4, kind: 'gap', camera: 'yard', cause: 'log_lost' },
    ]);
    expect(hub.log.after(0, 10).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(messages).toContainEqual(expect.stringMatching(/was deleted while in use; .* started a new one/));
  });

  it('publishes queued events when it stops', async () => {
    const { hub, events, stop, messages } = await startHub();
    hub.publish(eventDraft());
    await stop();
    expect([events.map(({ seq }) => seq), messages]).toEqual([[1], []]);
  });

  it('applies a changed configuration to the next event', async () => {
    const { hub, events, published, load } = await startHub();
    hub.publish(eventDraft());
    await published(1);
    hub.configure(
      load((config) => {
        config.visits.enabled = true;
      }),
    );
    hub.publish(eventDraft({ track: 'door-2' }));
    await published(3);
    expect(events.map(({ kind }) => kind)).toEqual(['match', 'match', 'visit_started']);
  });

  it('names people as the gallery does', async () => {
    const { hub, events, published } = await startHub();
    const settings = { displayName: 'Alice B.', threshold: null, notify: true, note: null, validUntil: null };
    hub.setPeople(['alice'], { alice: settings });
    hub.publish(eventDraft());
    await published(1);
    expect(events).toMatchObject([{ displayName: 'Alice B.' }]);
  });

  it('numbers tracks after those in the log', async () => {
    const { hub, published } = await startHub();
    expect(hub.nextTrack('door')).toBe(1);
    hub.publish(eventDraft({ track: 'door-41' }));
    await published(1);
    expect([hub.nextTrack('door'), hub.nextTrack('yard')]).toEqual([42, 1]);
  });

  it('stores the pictures of an event of the engine', async () => {
    const { hub, events, published } = await startHub();
    const pictures = { frame: Buffer.from('frame'), face: Buffer.from('face'), quality: good };
    hub.publishDetected({ draft: eventDraft(), sinceMs: null, pictures });
    hub.publishDetected({ draft: eventDraft({ track: 'door-2' }), sinceMs: null });
    await published(2);
    expect(events.map(({ snapshot }) => snapshot)).toEqual(['/api/v1/events/1/snapshot.jpg', null]);
    const [first, second] = events.map(({ id }) => id);
    expect(String(await hub.picture(first, 'face'))).toBe('face');
    expect(await hub.picture(second, 'face')).toBeNull();
  });
});
