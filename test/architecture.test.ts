import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './helpers/paths.js';

/**
 * Who may import whom: main -> cli -> supervisor, engine -> rooms -> face, track (pure) -> types, errors.
 * A room's exceptions are named here, each for a reason that docs/architecture.md gives.
 */
const BASE = [
  'types',
  'errors',
  'lifecycle',
  'package',
  'address',
  'backoff',
  'folders',
  'faults',
  'clock',
  'eventFilter',
];
const PURE = ['face', 'track'];
const MAY_IMPORT: Record<string, string[]> = {
  main: ['cli', 'shutdown'],
  shutdown: ['errors'],
  cli: [
    'supervisor',
    'engine',
    'prepare',
    'config',
    'gallery',
    'models',
    'video',
    'events',
    'pipeline',
    'observe',
    'bench',
    ...PURE,
    ...BASE,
  ],
  supervisor: ['telling', 'daemon', 'link', 'prepare', 'config', 'gallery/folder', 'observe', ...BASE],
  telling: ['daemon', 'config', 'events', 'http', 'observe', ...BASE],
  daemon: ['link', 'config', 'events', ...BASE],
  engineProcess: ['engine', 'prepare', 'watcher', 'link', 'observe', 'video', ...BASE],
  watcher: ['engine', 'link', 'config', 'pictures', 'pipeline', 'video', ...BASE],
  link: ['config', ...BASE],
  prepare: ['config', 'models', 'worker/protocol', ...PURE, ...BASE],
  engine: [
    'prepare',
    'link',
    'config',
    'gallery',
    'pictures',
    'pipeline',
    'video',
    'worker/protocol',
    ...PURE,
    ...BASE,
  ],
  bench: ['engine', 'prepare', 'config', 'video', 'worker', 'events', 'http', ...PURE, ...BASE],
  config: ['models/entry', ...BASE],
  models: BASE,
  pictures: [...PURE, ...BASE],
  gallery: ['worker/protocol', ...PURE, ...BASE],
  video: [...PURE, ...BASE],
  pipeline: ['worker/protocol', ...PURE, ...BASE],
  worker: [...PURE, ...BASE],
  events: BASE,
  http: BASE,
  observe: BASE,
  track: ['face', 'types'],
  face: ['types'],
  address: ['errors'],
  backoff: [],
  clock: [],
  eventFilter: ['types'],
  folders: ['errors'],
  faults: [],
  lifecycle: [],
  package: [],
  errors: [],
  types: [],
};

/** Packages that only one file may import, and the measurement that speaks to the daemon from outside. */
const DOORS: Record<string, string[]> = {
  'fluent-ffmpeg': ['src/video/ffmpeg.ts'],
  piscina: ['src/pipeline/pool.ts'],
  'onnxruntime-node': ['src/worker/network.ts'],
  'prom-client': ['src/observe/metrics.ts'],
  pino: ['src/observe/logger.ts'],
  mqtt: ['src/events/sinks/broker.ts'],
  undici: ['src/events/sinks/post.ts'],
  sharp: ['src/gallery/photo.ts', 'src/pictures/jpeg.ts'],
  libsql: ['src/events/log/database.ts'],
  ws: ['src/http/socket.ts', 'bench/latency.ts', 'bench/overload.ts', 'bench/kill.ts', 'bench/eventLog.ts'],
};

interface Import {
  from: string;
  /** A path in the repository, without its extension, or a package. */
  to: string;
  isPackage: boolean;
}

const files = ['src', 'bench'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/'))),
);

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(path.join(root, from), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage
      ? specifier
      : path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '');
    return { from, to, isPackage };
  });
});

/** src/face/nms.ts -> face; src/engine -> engine; bench/match -> bench. */
function roomOf(file: string): string {
  const [top, second] = file.replace(/\.ts$/, '').split('/');
  return top === 'src' ? second : top;
}

describe('the rooms', () => {
  it('are all on the plan', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it('import nothing that the plan does not allow', () => {
    const wrong = imports
      .filter(({ isPackage }) => !isPackage)
      .filter(({ from, to }) => {
        const inside = to.replace(/^src\//, '');
        const allowed = MAY_IMPORT[roomOf(from)];
        return roomOf(from) !== roomOf(to) && !allowed.includes(roomOf(to)) && !allowed.includes(inside);
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  it('let each outside package in through its door', () => {
    const wrong = imports
      .filter(({ isPackage, to, from }) => isPackage && to in DOORS && !DOORS[to].includes(from))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  it('keep face and track pure: no package, no clock, no randomness', () => {
    const pure = files.filter((file) => PURE.includes(roomOf(file)));
    expect(imports.filter(({ from, isPackage }) => isPackage && pure.includes(from))).toEqual([]);
    const impure = pure.filter((file) =>
      /Date\.now|performance\.|Math\.random|process\.|console\./.test(
        readFileSync(path.join(root, file), 'utf8'),
      ),
    );
    expect(impure).toEqual([]);
  });

  it('never call process.exit: ending a busy worker thread aborts the process', () => {
    expect(
      files.filter((file) => /process\.exit\(/.test(readFileSync(path.join(root, file), 'utf8'))),
    ).toEqual([]);
  });
});
