import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GalleryReport } from '../../src/ipc/protocol.js';
import { NO_GALLERY } from '../../src/supervisor/engineStatus.js';
import { temporaryFolder } from './temporary.js';

/** An empty gallery, as an engine reports it. */
export const EMPTY_GALLERY: GalleryReport = { ...NO_GALLERY, seconds: 0.1 };

const PRELUDE = `
const send = (message) => process.send(message);
const beat = (oldestTaskMs) =>
  send({ kind: 'beat', utilization: 0.5, oldestTaskMs, decoded: {}, residentBytes: 1, cpuSeconds: 1 });
const gallery = ${JSON.stringify(EMPTY_GALLERY)};
const ready = () => send({ kind: 'ready', onnxruntime: '1.0.0', placements: [], gallery, resultKey: 'key' });
const log = (message) => send({ kind: 'log', level: 'info', camera: null, message });
// Not at once: Node 20 fails when the channel is closed while a message is read.
const end = () => setImmediate(() => process.disconnect());
const on = { start: ready, stop: end };
process.on('message', (message) => on[message.kind]?.(message));
`;

/**
 * A program in the place of the engine that loads no models: by default it is ready at once and ends when it is asked to.
 *
 * @param behaviour JavaScript: replaces handlers by message kind (`on.start = (message) => ...`); may use `send`,
 *   `ready`, `gallery` (an empty one), `beat(oldestTaskMs)`, `log(text)` and `end`
 * @returns its file, which goes with the test
 */
export function standInEngine(behaviour = ''): string {
  const file = path.join(temporaryFolder(), 'engine.mjs');
  writeFileSync(file, PRELUDE + behaviour);
  return file;
}
