import { describe, expect, it, onTestFinished } from 'vitest';
import { type Config, schema } from '../../src/config/schema.js';
import { Supervisor } from '../../src/supervisor/supervisor.js';
import { eventually, Listener, type Message, metric } from '../helpers/daemon.js';
import { configWith } from '../helpers/engine.js';
import { recordedLog } from '../helpers/logger.js';
import { standInEngine } from '../helpers/standInEngine.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Every camera is live as soon as it is assigned. */
const LIVE = `
const live = ({ camera }) => send({ kind: 'camera', id: camera.id, state: 'live', message: null });
on.cameras = ({ assignments }) => assignments.forEach(live);`;

/** A supervisor with one camera, `door`, and a stand-in for the engine; it runs until the test ends. */
async function startSupervisor(
  behaviour: string,
  { untilEnd = false, replayForClients = false, provider = 'cpu' as Config['compute']['provider'] } = {},
) {
  const folder = temporaryFolder();
  const load = (change: (config: Config) => void = () => {}) =>
    configWith((config) => {
      config.cameras = schema.parse({ cameras: [{ id: 'door', url: 'test:320x240' }] }).cameras;
      config.data = folder;
      config.gallery.folder = folder;
      config.http.port = 0;
      config.compute.provider = provider;
      change(config);
    });
  let next = load();
  const { logger, messages } = recordedLog();
  const abort = new AbortController();
  let onReady: (address: string) => void = () => {};
  const supervisor = new Supervisor({
    loaded: load(),
    reload: () => next,
    logger,
    replayForClients,
    onEvent: () => {},
    onFailure: (error) => {
      throw error;
    },
    onReady: (at) => onReady(at),
    engineEntry: standInEngine(behaviour),
  });
  const running = supervisor.run(abort.signal, untilEnd);
  const stop = () => {
    abort.abort();
    return running;
  };
  onTestFinished(async () => {
    await stop().catch(() => {});
  });
  const address = await new Promise<string>((resolve, reject) => {
    onReady = resolve;
    running.catch(reject);
  });
  const reload = (change: (config: Config) => void) => {
    next = load(change);
    return supervisor.reload();
  };
  return { address, running, stop, reload, messages };
}

interface CameraView {
  state: string;
  message: string | null;
}

async function camerasOf(address: string): Promise<CameraView[]> {
  const response = await fetch(`${address}/api/v1/cameras`);
  return ((await response.json()) as { cameras: CameraView[] }).cameras;
}

const areLive = (cameras: CameraView[]) => cameras.every(({ state }) => state === 'live');

describe('Supervisor', () => {
  it('serves what the engine reports of its cameras', async () => {
    const { address } = await startSupervisor(LIVE);
    await eventually(() => camerasOf(address), areLive);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(await metric(address, 'spotter_camera_up{camera="door"}')).toBe(1);
  });

  it.each([
    ['well', null, true],
    ['badly', 'no such file', false],
  ])('ends by itself when every camera has ended, here %s', async (_, message, isGood) => {
    const { running } = await startSupervisor(
      `on.cameras = () => send({ kind: 'camera', id: 'door', state: 'stopped', message: ${JSON.stringify(message)} });`,
      { untilEnd: true },
    );
    expect(await running).toBe(isGood);
  });

  it('starts an ended recording over as long as a client is connected, and ends then', async () => {
    const { address, running } = await startSupervisor(
      `let plays = 0;
      on.cameras = ({ assignments }) => {
        if (assignments.length === 0) return;
        log('play ' + ++plays);
        send({ kind: 'camera', id: 'door', state: 'live', message: null });
        setTimeout(() => send({ kind: 'camera', id: 'door', state: 'stopped', message: null }), 200);
      };`,
      { untilEnd: true, replayForClients: true },
    );
    const listener = new Listener(address);
    const isEnd = ({ state }: Message) => state === 'stopped';
    await listener.until(isEnd);
    await listener.until(isEnd, listener.seen.length);
    listener.socket.close();
    expect(await running).toBe(true);
  });

  it('drops the frames in work of an engine that is replaced on purpose', async () => {
    const { address, reload } = await startSupervisor(`${LIVE}
      const { cameras } = on;
      on.cameras = (message) => {
        send({ kind: 'work', camera: 'door', mark: 'a', begins: true });
        cameras(message);
      };`);
    const inWork = () => metric(address, 'spotter_frames_in_work{camera="door"}');
    await eventually(() => camerasOf(address), areLive);
    expect(await inWork()).toBe(1);
    await reload((config) => {
      config.quality.minSizePx = 50;
    });
    await eventually(() => camerasOf(address), areLive);
    expect(await inWork()).toBe(1);
  });

  const DEVICE_FAILS = `${LIVE}
    on.start = ({ config: { compute } }) => {
      const provider = compute.provider === 'cpu' ? 'cpu' : 'cuda';
      const placements = [{ network: 'detector', provider, device: null, batch: 1 }];
      send({ kind: 'ready', onnxruntime: '1.0.0', placements, gallery, resultKey: 'key' });
      if (provider === 'cpu') return;
      send({ kind: 'failed', error: { code: 'compute.failed', message: 'cuda failed to run the detector: CUDA failure 719' } });
      end();
    };`;

  it('lets the CPU take over from a device that fails, under auto', async () => {
    const { address, messages } = await startSupervisor(DEVICE_FAILS, { provider: 'auto' });
    const onCpu = 'spotter_compute_info{network="detector",provider="cpu",device="",batch="1"}';
    await eventually(
      () => metric(address, onCpu),
      (value) => value === 1,
    );
    await eventually(() => camerasOf(address), areLive);
    expect(messages).toContain(
      'engine ended (cuda failed to run the detector: CUDA failure 719) while cuda ran its networks; the CPU takes over until spotter is restarted; starting another one',
    );
  });

  it('keeps to a device that fails when the user insists on it, and names it', async () => {
    const { messages } = await startSupervisor(DEVICE_FAILS, { provider: 'cuda' });
    const death =
      'engine ended (cuda failed to run the detector: CUDA failure 719) while cuda ran its networks (compute.provider cuda); starting another one';
    await eventually(
      async () => messages.filter((message) => message === death).length,
      (deaths) => deaths >= 2,
    );
  });

  it('quarantines a camera whose pictures crash three engines, and assigns it to none', async () => {
    const { address, messages } = await startSupervisor(`
      on.cameras = ({ assignments }) => {
        if (assignments.length === 0) return log('no cameras');
        const work = { kind: 'work', camera: 'door', mark: String(process.pid), begins: true };
        process.send(work, () => process.kill(process.pid, 'SIGKILL'));
      };`);
    await eventually(
      () => messages,
      (lines) => lines.includes('no cameras'),
    );
    expect(await camerasOf(address)).toMatchObject([
      { state: 'quarantined', message: 'its pictures ended the engine repeatedly; trying again in 10 min' },
    ]);
    const restarts = 'spotter_engine_restarts_total{cause="engine_died"}';
    expect(await metric(address, restarts)).toBe(3);
  });

  it('restores the last known-good configuration when no engine starts', async () => {
    const error = { code: 'model.unfit', message: 'this model is no good' };
    const { address, reload, messages } = await startSupervisor(`${LIVE}
      on.start = ({ config }) => {
        if (config.quality.minSizePx !== 50) return ready();
        send({ kind: 'failed', error: ${JSON.stringify(error)} });
        end();
      };`);
    await reload((config) => {
      config.quality.minSizePx = 50;
    });
    await eventually(() => camerasOf(address), areLive);
    expect(messages.find((line) => line.includes('restoring'))).toMatch(/: this model is no good$/);
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });

  it('drops a reload in progress when it stops', async () => {
    const { reload, stop, messages } = await startSupervisor(LIVE);
    const reloading = reload((config) => {
      config.quality.minSizePx = 50;
    });
    await stop();
    await reloading;
    expect(messages.filter((line) => line.includes('configuration'))).toEqual([]);
  });

  it('does not start when the engine reports an error', async () => {
    const error = { code: 'gallery.not_found', message: 'gallery /nowhere does not exist' };
    const start = startSupervisor(
      `on.start = () => { send({ kind: 'failed', error: ${JSON.stringify(error)} }); end(); };`,
    );
    await expect(start).rejects.toMatchObject(error);
  });
});
