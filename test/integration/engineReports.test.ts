import { fork } from 'node:child_process';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { type FromEngine, IPC_VERSION, type ToEngine } from '../../src/ipc/protocol.js';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { configWith } from '../helpers/engine.js';
import { demoClip, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

it('the engine process sends reports without the anatomy that the benches read in its place', async () => {
  const { config } = configWith((changed) => {
    changed.cameras = schema.parse({ cameras: [{ id: 'door', url: demoClip }] }).cameras;
    changed.data = temporaryFolder();
  });
  const engine = fork(path.join(root, 'dist/src/engine/main.js'), [], { serialization: 'advanced' });
  onTestFinished(() => void engine.kill('SIGKILL'));
  const send = (message: ToEngine) => engine.send(message);
  const report = await new Promise<FrameReport>((resolve, reject) => {
    engine.once('exit', (code, signal) => reject(new Error(`the engine ended: ${signal ?? code}`)));
    engine.on('message', (message: FromEngine) => {
      if (message.kind === 'failed') reject(new Error(message.error.message));
      if (message.kind === 'ready')
        send({ kind: 'cameras', assignments: [{ camera: config.cameras[0], firstTrack: 1 }] });
      if (message.kind === 'report' && message.report.outcome === 'processed') resolve(message.report);
    });
    send({ kind: 'start', version: IPC_VERSION, config, secrets: [], known: null });
  });
  expect(report).toMatchObject({ camera: 'door', stageMs: { detect: expect.any(Number) } });
  expect(report).not.toHaveProperty('anatomy');
});
