import { describeError, toErrorData } from '../core/errors.js';
import { LogThrottle } from '../core/logThrottle.js';
import { BEAT_MS, type FromEngine, IPC_VERSION, type ToEngine } from '../ipc/protocol.js';
import { prepare } from '../models/prepare.js';
import { encodeFrame } from '../snapshots/jpeg.js';
import { ffmpegVersion } from '../video/ffmpegVersion.js';
import { CameraManager } from './cameraManager.js';
import { Engine } from './engine.js';
import { LivePictures } from './livePictures.js';
import { yieldToOthers } from './priority.js';
import { RequestDesk } from './requestDesk.js';
import { Utilization } from './utilization.js';

/**
 * Entry of the engine process. The supervisor controls it over IPC; it ends when the supervisor sends `stop` or is gone. It
 * ignores signals, because terminals and service managers send them to both processes.
 */
yieldToOthers();
const stopped = new AbortController();
let cameraManager: CameraManager | undefined;
let running: Engine | undefined;
let desk: RequestDesk | undefined;
const unencoded = new LogThrottle(60_000, (message) =>
  send({ kind: 'log', level: 'warn', camera: null, message }),
);
const live = new LivePictures({
  encode: encodeFrame,
  send: (message) =>
    new Promise((resolve) => {
      if (!process.connected) return resolve();
      process.send?.(message, undefined, undefined, () => resolve());
    }),
  onFailure: (camera, error) =>
    unencoded.add(`cannot encode a picture of ${camera}: ${describeError(error)}`),
});
let isStarted = false;
/** Whether this process cannot exit by itself, see FileGuard. */
let isStuck = () => false;

function send(message: FromEngine): void {
  // The supervisor may die at any moment; `disconnect` reports that.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Worker threads inside a network turn every orderly exit into an abort; the supervisor sees the death and restarts. */
function die(error: unknown): void {
  const what = error instanceof Error ? error.stack : describeError(error);
  process.stderr.write(`spotter: internal error in the engine: ${what}\n`);
  process.kill(process.pid, 'SIGKILL');
}

async function run(message: ToEngine & { kind: 'start' }): Promise<void> {
  const { config, modelFolder, secrets, known } = message;
  if (config.cameras.length > 0) await ffmpegVersion();
  const warn = (text: string) => send({ kind: 'log', level: 'warn', camera: null, message: text });
  const engine = new Engine(config, await prepare(config, modelFolder), {
    onWarning: warn,
    known,
    isLive: true,
    whenAway: config.gallery.wait ? 'wait' : 'cache',
    onProcess: (pid, running) => send({ kind: 'process', pid, running }),
    ...(config.cluster.servers.length > 0 && {
      onResult: (photo) =>
        send({ kind: 'embedded', results: [{ ...photo, key: engine.gallery.results.key }] }),
    }),
  });
  engine.pool.onDeviceFailure = (error) => {
    // Only a new process gets a device back that has failed.
    const end = () => process.kill(process.pid, 'SIGKILL');
    process.send?.(
      { kind: 'failed', error: toErrorData(error) } satisfies FromEngine,
      undefined,
      undefined,
      end,
    );
  };
  isStuck = () => engine.gallery.guard.isStuck;
  const utilization = new Utilization(engine.pool);
  const beat = setInterval(() => {
    const { user, system } = process.cpuUsage();
    send({
      kind: 'beat',
      utilization: utilization.read(),
      oldestTaskMs: engine.pool.oldestTaskMs,
      decoded: cameraManager?.readDecoded() ?? {},
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
    });
  }, BEAT_MS);
  try {
    await engine.start(stopped.signal);
    if (stopped.signal.aborted) return;
    cameraManager = new CameraManager({ engine, config, secrets, send, live });
    running = engine;
    desk = new RequestDesk({ engine, cameras: cameraManager, send });
    send({
      kind: 'ready',
      onnxruntime: engine.pool.onnxruntime,
      placements: engine.placements,
      gallery: engine.galleryReport(),
      resultKey: engine.gallery.results.key,
    });
    engine.watchGallery({
      onChange: (change) => send({ kind: 'gallery', gallery: engine.galleryReport(), change }),
      onWarning: warn,
    });
    await new Promise<void>((resolve) =>
      stopped.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    await cameraManager.stop();
  } finally {
    clearInterval(beat);
    await engine.stop();
  }
}

async function forget(person: string): Promise<void> {
  if (!running) return;
  try {
    const { change, cached } = await running.gallery.forget(person);
    if (change) send({ kind: 'gallery', gallery: running.galleryReport(), change });
    send({ kind: 'forgotten', person, cached });
  } catch {
    send({ kind: 'forgotten', person, cached: null });
  }
}

async function start(message: ToEngine & { kind: 'start' }): Promise<void> {
  try {
    if (message.version !== IPC_VERSION)
      throw new Error('engine and supervisor have different versions; restart spotter');
    await run(message);
  } catch (error) {
    send({ kind: 'failed', error: toErrorData(error) });
    process.exitCode = 3;
  }
  const end = () => {
    if (isStuck()) process.kill(process.pid, 'SIGKILL');
  };
  if (!process.connected) return end();
  process.once('disconnect', end);
  process.disconnect();
}

function receive(message: ToEngine): void {
  switch (message.kind) {
    case 'start':
      if (!isStarted) void start(message);
      isStarted = true;
      break;
    case 'cameras':
      cameraManager?.assign(message.assignments);
      break;
    case 'restrictions':
      cameraManager?.restrict(message.poison, message.isolated);
      break;
    case 'forget':
      void forget(message.person);
      break;
    case 'results':
      running?.gallery.results.expect(
        message.results.filter(({ key }) => key === running?.gallery.results.key),
      );
      break;
    case 'request':
      void desk?.receive(message.id, message.request);
      break;
    case 'watch':
      live.watch(message.tiles);
      break;
    case 'order':
      live.order(message);
      break;
    case 'stop':
      stopped.abort();
      break;
  }
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => stopped.abort());
process.on('message', (message) => receive(message as ToEngine));
