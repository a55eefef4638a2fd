import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledModule } from './paths.js';
import { temporaryFolder } from './temporary.js';

/**
 * The entry of worker threads beside a stand-in for the thread of a device: it says that it has loaded both networks, and then does
 * with each picture what the code says.
 *
 * @param code runs with `desk`, `picture` and `fail(why)`
 */
export function deviceStandIn(code: string): URL {
  const folder = temporaryFolder();
  const compiled = (name: string) => JSON.stringify(compiledModule(`worker/${name}`).href);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(folder, 'entry.js'), `export * from ${compiled('entry.js')};`);
  writeFileSync(
    path.join(folder, 'deviceEntry.js'),
    `import { parentPort, workerData } from 'node:worker_threads';
import { allocate, DeviceDesk } from ${compiled('deviceMemory.js')};
import { Network } from ${compiled('network.js')};
const { settings, devices, threads } = workerData;
const ports = {};
for (const name of ['detector', 'embedder']) {
  const { inputs, outputs } = await Network.open(settings[name].path, name);
  ports[name] = { inputs, outputs };
}
const { provider } = devices.detector.device;
const memory = allocate(threads, { provider, inputLength: 3 * 672 * 672, outputLength: 1 << 16, ports });
parentPort.postMessage({ ok: true, memory });
const desk = new DeviceDesk(memory);
for (;;)
  for (const picture of desk.take(() => 1)) {
    const fail = (why) => desk.fail(picture, why);
    ${code}
  }
`,
  );
  return pathToFileURL(path.join(folder, 'entry.js'));
}
