import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './helpers/paths.js';

/** Modules that all others may import: shared types, and pure arithmetic. None of them imports upwards. */
const CORE = ['core'];
const PURE = ['image', 'face', 'track', ...CORE];
/** The event types, for the modules that make, carry, filter or show events. */
const EVENT = 'events/event';

/**
 * Who may import whom: main -> cli -> supervisor | engine -> modules -> image, face, track (pure) -> core.
 * Modules do not import each other. The exceptions are files, not modules: docs/architecture.md gives the reason for each.
 */
const MAY_IMPORT: Record<string, string[]> = {
  main: ['cli'],
  cli: [
    'auth',
    'supervisor',
    'engine',
    'calibration',
    'compute/providers',
    'doctor',
    'config',
    'gallery',
    'models',
    'video',
    'events',
    'pipeline',
    'observe',
    'bench',
    ...PURE,
  ],
  // The two composition roots put modules together.
  supervisor: [
    'auth',
    'cluster',
    'ipc',
    'config',
    'events',
    'gallery',
    'http',
    'models',
    'observe',
    'snapshots',
    'pipeline',
    ...PURE,
  ],
  engine: [
    'ipc',
    'compute',
    'config',
    'gallery',
    'models',
    'pipeline',
    'quantize',
    'snapshots',
    'video',
    'worker',
    ...PURE,
  ],
  ipc: [
    'config/schema',
    EVENT,
    'gallery',
    'pipeline/frameBoxes',
    'pipeline/frameReport',
    'snapshots/jpeg',
    'snapshots/pictures',
    ...PURE,
  ],
  // What `spotter doctor` checks belongs to every module.
  doctor: [
    'auth',
    'engine',
    'compute',
    'ipc',
    'config',
    'events',
    'gallery',
    'http',
    'models',
    'video',
    ...PURE,
  ],
  calibration: PURE,
  auth: CORE,
  cluster: [EVENT, ...CORE],
  video: PURE,
  worker: PURE,
  quantize: PURE,
  // A trial runs a network as a worker does.
  compute: ['worker/network', 'worker/protocol', ...PURE],
  pipeline: ['worker/protocol', EVENT, ...PURE],
  gallery: ['worker/protocol', ...PURE],
  models: ['worker/protocol', ...PURE],
  config: ['models/catalogueEntry', 'compute/providers', EVENT, 'events/placeholders', ...CORE],
  events: PURE,
  snapshots: [EVENT, ...PURE],
  http: [EVENT, 'events/eventSchema', 'events/filter', ...CORE],
  observe: [EVENT, 'pipeline/frameReport', ...CORE],
  track: ['face', ...CORE],
  face: ['image', ...CORE],
  image: CORE,
  core: [],
  // The page is another program, in the browser: it shares no code with the daemon.
  dashboard: [],
  bench: [
    'cluster',
    'engine',
    'config',
    'events',
    'gallery',
    'http',
    'models',
    'pipeline',
    'video',
    'worker',
    ...PURE,
  ],
};

/** Packages that only these files may import. */
const ONLY_IN: Record<string, string[]> = {
  'fluent-ffmpeg': ['src/video/ffmpeg.ts'],
  piscina: ['src/worker/pool.ts', 'src/worker/lanes.ts'],
  'onnxruntime-node': ['src/worker/network.ts'],
  'prom-client': [
    'src/observe/metrics.ts',
    'src/observe/gauges.ts',
    'src/observe/clusterGauges.ts',
    'src/observe/exposition.ts',
    'src/observe/httpMetrics.ts',
    'src/observe/sinkMetrics.ts',
  ],
  pino: ['src/observe/logger.ts'],
  mqtt: ['src/events/sinks/handshake.ts'],
  undici: ['src/events/sinks/post.ts', 'src/models/remoteFiles.ts'],
  yauzl: ['src/models/zipMembers.ts'],
  // The bench that makes pictures worse.
  sharp: ['src/gallery/photo.ts', 'src/snapshots/jpeg.ts', 'bench/rasterEdits.ts'],
  'fast-xml-parser': ['src/gallery/savedMark.ts'],
  libsql: ['src/core/database.ts'],
  tar: ['src/cli/backupArchive.ts'],
  '@nats-io/transport-node': [
    'src/cluster/link.ts',
    'src/cluster/natsFaults.ts',
    'src/cluster/nodeRequests.ts',
  ],
  '@fastify/compress': ['src/http/traffic.ts'],
  '@fastify/rate-limit': ['src/http/traffic.ts'],
  '@fastify/etag': ['src/http/revalidation.ts'],
  '@fastify/static': ['src/http/pageRoutes.ts'],
  '@fastify/swagger-ui': ['src/http/docsRoutes.ts'],
  'onnx-buf': ['src/quantize/onnxFile.ts'],
  '@bufbuild/protobuf': ['src/quantize/onnxFile.ts'],
  'openapi-fetch': ['src/dashboard/api/transport.ts'],
  uplot: ['src/dashboard/parts/plot.ts'],
  vite: ['src/dashboard/vite.config.ts'],
  // The benches are clients of the daemon.
  ws: [
    'src/http/clientSockets.ts',
    'bench/latency.ts',
    'bench/liveView.ts',
    'bench/overload.ts',
    'bench/kill.ts',
    'bench/eventLog.ts',
  ],
};

/** Files that write to stdout or stderr themselves; all others use cli/print or the logger. */
const WRITERS = ['src/cli/print.ts', 'src/cli/progress.ts', 'src/engine/main.ts'];

/** File names that may repeat: entry points, and the messages between threads and processes. */
const SHARED_NAMES = ['main', 'protocol'];

/** A longer file has more than one reason to change. */
const MAX_LINES = 300;
const MAX_MEDIAN_LINES = 100;

interface Import {
  from: string;
  /** A path in the repository, without its extension, or a package. */
  to: string;
  isPackage: boolean;
}

const listed = (folder: string) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.gen.d.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')));
const files = ['src', 'bench'].flatMap(listed);
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

const imports: Import[] = files.flatMap((from) =>
  [...textOf(from).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage
      ? specifier
      : path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '');
    return { from, to, isPackage };
  }),
);

/** src/face/nms.ts -> face; src/main.ts -> main; bench/match.ts -> bench. */
function moduleOf(file: string): string {
  const [top, second] = file.replace(/\.tsx?$/, '').split('/');
  return top === 'src' ? second : top;
}

describe('architecture', () => {
  it('names every module in the plan, and no module that does not exist', () => {
    expect([...new Set(files.map(moduleOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('lets a module import only what the plan allows', () => {
    const wrong = imports
      .filter(({ isPackage }) => !isPackage)
      .filter(({ from, to }) => {
        const inside = to.replace(/^src\//, '');
        const allowed = MAY_IMPORT[moduleOf(from)];
        return (
          moduleOf(from) !== moduleOf(to) && !allowed.includes(moduleOf(to)) && !allowed.includes(inside)
        );
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  it('allows no import that is unused', () => {
    const unused = Object.entries(MAY_IMPORT).flatMap(([module, allowed]) =>
      allowed
        .filter((target) => target.includes('/') || !PURE.includes(target))
        .filter(
          (target) =>
            !imports.some(({ from, to }) => {
              const inside = to.replace(/^src\//, '');
              return moduleOf(from) === module && (moduleOf(to) === target || inside === target);
            }),
        )
        .map((target) => `${module} -> ${target}`),
    );
    expect(unused).toEqual([]);
  });

  it('imports each wrapped package in one place', () => {
    const wrong = imports
      .filter(({ isPackage, to, from }) => isPackage && to in ONLY_IN && !ONLY_IN[to].includes(from))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  it('keeps image, face and track pure: no package, no clock, no randomness', () => {
    const pure = files.filter((file) => ['image', 'face', 'track'].includes(moduleOf(file)));
    expect(imports.filter(({ from, isPackage }) => isPackage && pure.includes(from))).toEqual([]);
    const impure = pure.filter((file) =>
      /Date\.now|performance\.|Math\.random|process\.|console\./.test(textOf(file)),
    );
    expect(impure).toEqual([]);
  });

  it('calls process.exit only where no worker thread runs: ending a busy one aborts the process', () => {
    expect(files.filter((file) => /process\.exit\(/.test(textOf(file)))).toEqual(['src/cli/deadline.ts']);
  });

  it('writes to the terminal in few places, where the text of others is made visible', () => {
    const writers = listed('src').filter((file) =>
      /process\.std(out|err)\.write\(|console\./.test(textOf(file)),
    );
    expect(writers.sort()).toEqual(WRITERS);
  });

  it('keeps files short: 300 lines at most, and a median of at most 100 in src', () => {
    const lines = (file: string) => textOf(file).trimEnd().split('\n').length;
    const long = [...files, ...listed('test')].filter((file) => lines(file) > MAX_LINES);
    expect(long.map((file) => `${file}: ${lines(file)}`)).toEqual([]);
    const lengths = listed('src')
      .map(lines)
      .sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(MAX_MEDIAN_LINES);
  });

  it('gives each file a name of its own', () => {
    const byName = new Map<string, string[]>();
    for (const file of listed('src')) {
      const name = path.posix.basename(file).replace(/\.tsx?$/, '');
      if (!SHARED_NAMES.includes(name)) byName.set(name, [...(byName.get(name) ?? []), file]);
    }
    expect([...byName.values()].filter(({ length }) => length > 1)).toEqual([]);
  });
});
