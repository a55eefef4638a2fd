import { describe, expect, it, onTestFinished } from 'vitest';
import { type CameraConfig, schema } from '../../src/config/schema.js';
import { SpotterError } from '../../src/core/errors.js';
import { type CameraEngine, CameraManager } from '../../src/engine/cameraManager.js';
import type { FromEngine } from '../../src/ipc/protocol.js';
import { FrameScheduler } from '../../src/pipeline/frameScheduler.js';
import { guardedFaceEngine } from '../../src/pipeline/guardedFaceEngine.js';
import type { LiveListener } from '../../src/video/live.js';
import { blindCamera, blindFaceEngine, greyFrame, ManualLive } from '../helpers/camera.js';
import { configWith } from '../helpers/engine.js';
import { until } from '../helpers/sinks.js';

type MessageOf<Kind extends FromEngine['kind']> = Extract<FromEngine, { kind: Kind }>;

/** A source that the manager has opened. */
interface Opened {
  id: string;
  url: string;
  live: ManualLive;
  listener: LiveListener;
  /** Number of reports sent before it was opened. */
  reports: number;
}

const camera = (id: string, url = `rtsp://${id}.local/`): CameraConfig =>
  schema.parse({ cameras: [{ id, url, motion: { enabled: false } }] }).cameras[0];
const assignment = (config: CameraConfig, firstTrack = 1) => ({ camera: config, firstTrack });

/** A manager over real cameras that find no faces and sources by hand; it is stopped with the test. */
function manager(secrets: string[] = []) {
  const sent: FromEngine[] = [];
  const opened: Opened[] = [];
  const firstTracks: number[] = [];
  const held: (() => void)[] = [];
  let isHolding = false;
  const scheduler = new FrameScheduler(8);
  const detect: typeof blindFaceEngine.detect = async (task) => {
    if (isHolding) await new Promise<void>((resolve) => held.push(resolve));
    return blindFaceEngine.detect(task);
  };
  const engine: CameraEngine = {
    scheduler,
    album: () => null,
    camera: ({ id, guard, firstTrack = 1, onEvent, onReport }) => {
      firstTracks.push(firstTrack);
      const faceEngine = { ...blindFaceEngine, detect };
      return blindCamera({
        id,
        firstTrack,
        onEvent,
        onReport,
        scheduler,
        faceEngine: guard ? guardedFaceEngine(faceEngine, guard) : faceEngine,
      });
    },
    recording: () => {
      throw new Error('no camera of these tests is a recording');
    },
    live: ({ id, url }, listener) => {
      const live = new ManualLive();
      const reports = sent.filter(({ kind }) => kind === 'report').length;
      opened.push({ id, url, live, listener, reports });
      return live;
    },
  };
  const { config } = configWith(({ watchdog }) => {
    watchdog.firstBackoffMs = 1;
    watchdog.maxBackoffMs = 2;
  });
  const tested = new CameraManager({ engine, config, secrets, send: (message) => sent.push(message) });
  const finishHeld = () => {
    isHolding = false;
    for (const finish of held.splice(0)) finish();
  };
  onTestFinished(() => {
    finishHeld();
    return tested.stop();
  });
  return {
    tested,
    scheduler,
    opened,
    firstTracks,
    held,
    /** Detections do not end from now on, until they are finished by hand. */
    hold: () => {
      isHolding = true;
    },
    finishHeld,
    sent: <Kind extends FromEngine['kind']>(kind: Kind) =>
      sent.filter((message): message is MessageOf<Kind> => message.kind === kind),
    /** States of one camera, in order. */
    states: (of: string) =>
      sent.flatMap((message) => (message.kind === 'camera' && message.id === of ? [message.state] : [])),
  };
}

describe('CameraManager', () => {
  it('starts the assigned cameras, and sends their states and reports', async () => {
    const { tested, opened, sent, states } = manager();
    tested.assign([assignment(camera('door')), assignment(camera('yard'))]);
    await until(() => opened.length === 2);
    opened[0].live.offer(greyFrame(0));
    await until(() => sent('report').length === 1);
    expect(states('door')).toEqual(['connecting', 'live']);
    expect(states('yard')).toEqual(['connecting']);
    const [{ report }] = sent('report');
    expect(report).toMatchObject({ camera: 'door', outcome: 'processed' });
    expect(report).not.toHaveProperty('anatomy');
  });

  it('restarts a changed camera only, and goes on with its track numbers', async () => {
    const { tested, opened, firstTracks, states } = manager();
    tested.assign([assignment(camera('door'), 7), assignment(camera('yard'), 3)]);
    await until(() => opened.length === 2);
    tested.assign([assignment(camera('door', 'rtsp://other.local/'), 1), assignment(camera('yard'), 3)]);
    await until(() => opened.length === 3);
    expect(opened.map(({ url, live }) => [url, live.isStopped])).toEqual([
      ['rtsp://door.local/', true],
      ['rtsp://yard.local/', false],
      ['rtsp://other.local/', false],
    ]);
    expect(firstTracks).toEqual([7, 3, 7]);
    // Its next source reports its state; "stopped" would be wrong.
    expect(states('door')).toEqual(['connecting', 'connecting']);
  });

  it('waits for the frame in flight of a changed camera before the next source is opened', async () => {
    const { tested, opened, held, hold, finishHeld } = manager();
    hold();
    tested.assign([assignment(camera('door'))]);
    await until(() => opened.length === 1);
    opened[0].live.offer(greyFrame(0));
    await until(() => held.length === 1);
    tested.assign([assignment(camera('door', 'rtsp://second.local/'))]);
    tested.assign([assignment(camera('door', 'rtsp://third.local/'))]);
    await until(() => opened[0].live.isStopped);
    finishHeld();
    await until(() => opened.length === 3);
    expect(opened.map(({ url, live, reports }) => [url, live.isStopped, reports])).toEqual([
      ['rtsp://door.local/', true, 0],
      ['rtsp://second.local/', true, 1],
      ['rtsp://third.local/', false, 1],
    ]);
  });

  it('stops a camera that is no longer assigned, and no other', async () => {
    const { tested, opened, sent } = manager();
    tested.assign([assignment(camera('door')), assignment(camera('yard'))]);
    await until(() => opened.length === 2);
    tested.assign([assignment(camera('yard'))]);
    await until(() => opened[0].live.isStopped);
    opened[1].live.offer(greyFrame(0));
    await until(() => sent('report').length === 1);
    expect(opened).toHaveLength(2);
    expect(opened[1].live.isStopped).toBe(false);
  });

  it('opens a failed source again, with secrets masked in what it sends', async () => {
    const { tested, opened, sent } = manager(['hunter2-hunter2']);
    tested.assign([assignment(camera('door'))]);
    await until(() => opened.length === 1);
    opened[0].listener.onNotice('ffmpeg: rtsp://x:hunter2-hunter2@door.local/');
    opened[0].live.fail(new SpotterError('camera.unreachable', 'no answer to hunter2-hunter2'));
    await until(() => opened.length === 2);
    expect(sent('restart')).toEqual([{ kind: 'restart', id: 'door', reason: 'camera.unreachable' }]);
    expect(sent('camera').at(-1)).toMatchObject({ state: 'unreachable', message: 'no answer to ***' });
    expect(JSON.stringify([...sent('log'), ...sent('camera')])).not.toContain('hunter2');
    expect(sent('log')).toMatchObject([{ level: 'warn', camera: 'door' }]);
  });

  it('drops poison frames, and announces every other frame in work', async () => {
    const { tested, opened, sent } = manager();
    tested.assign([assignment(camera('door'))]);
    await until(() => opened.length === 1);
    const { live } = opened[0];
    live.offer(greyFrame(0, 50));
    await until(() => sent('report').length === 1);
    const [{ mark }] = sent('work');
    expect(sent('work')).toEqual([
      { kind: 'work', camera: 'door', mark, begins: true },
      { kind: 'work', camera: 'door', mark, begins: false },
    ]);
    tested.restrict([mark], false);
    // Those of an earlier call stay.
    tested.restrict([], false);
    live.offer(greyFrame(1, 50), greyFrame(2, 200));
    await until(() => sent('report').length === 3);
    expect(sent('report').map(({ report }) => [report.outcome, report.dropped])).toEqual([
      ['processed', null],
      ['dropped', 'poison'],
      ['processed', null],
    ]);
    expect(sent('work').filter(({ begins }) => begins)).toHaveLength(2);
  });

  it('processes one frame at a time while isolated', async () => {
    const { tested, scheduler, opened, held, hold, finishHeld, sent } = manager();
    hold();
    tested.restrict([], true);
    tested.assign([assignment(camera('door')), assignment(camera('yard'))]);
    await until(() => opened.length === 2);
    for (const { live } of opened) live.offer(greyFrame(0));
    await until(() => held.length === 1 && scheduler.waiting === 1);
    expect(sent('work')).toHaveLength(1);
    tested.restrict([], false);
    await until(() => held.length === 2);
    finishHeld();
    await until(() => sent('report').length === 2);
  });

  it('finishes the frames in flight before it has stopped, and stops without any camera, too', async () => {
    const { tested, opened, held, hold, finishHeld, sent, states } = manager();
    hold();
    tested.assign([assignment(camera('door')), assignment(camera('yard'))]);
    await until(() => opened.length === 2);
    opened[0].live.offer(greyFrame(0));
    await until(() => held.length === 1);
    let reportsAtStop: number | null = null;
    const stopping = tested.stop().then(() => {
      reportsAtStop = sent('report').length;
    });
    await until(() => states('yard').at(-1) === 'stopped');
    expect(reportsAtStop).toBe(null);
    finishHeld();
    await stopping;
    expect(reportsAtStop).toBe(1);
    expect(states('door').at(-1)).toBe('stopped');
    await tested.stop();
  });

  it('counts decoded frames per camera since the last reading', async () => {
    const { tested, opened } = manager();
    tested.assign([assignment(camera('door')), assignment(camera('yard'))]);
    await until(() => opened.length === 2);
    for (let i = 0; i < 3; i++) opened[0].listener.onFrame();
    opened[1].listener.onFrame();
    expect(tested.readDecoded()).toEqual({ door: 3, yard: 1 });
    expect(tested.readDecoded()).toEqual({});
  });
});
