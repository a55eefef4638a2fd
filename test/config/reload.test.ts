import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchConfig } from '../../src/config/configWatch.js';
import { changedKeys, diffCameras, fixedKeys, needsEngine } from '../../src/config/diff.js';
import { schema } from '../../src/config/schema.js';
import { temporaryFolder } from '../helpers/temporary.js';

const door = { id: 'door', url: 'rtsp://h/1' };
const yard = { id: 'yard', url: 'rtsp://h/2' };
const config = (change: object = {}) => schema.parse({ cameras: [door, yard], ...change });

describe('diffCameras', () => {
  it('lists the cameras that were added, removed and changed', () => {
    const after = config({
      cameras: [
        { ...yard, fps: 5 },
        { id: 'gate', url: 'test:' },
      ],
    });
    expect(diffCameras(config(), after)).toEqual({ added: ['gate'], removed: ['door'], changed: ['yard'] });
    expect(needsEngine(config(), after)).toBe(false);
  });

  it('finds no difference when only the order of the cameras changes', () => {
    expect(diffCameras(config(), config({ cameras: [yard, door] }))).toEqual({
      added: [],
      removed: [],
      changed: [],
    });
  });
});

describe('changedKeys', () => {
  it('names every key that differs, those of cameras too, and lists as a whole', () => {
    const webhooks = [{ id: 'home', url: 'http://h/' }];
    const after = config({
      cameras: [
        { ...yard, fps: 5 },
        { id: 'gate', url: 'test:' },
      ],
      webhooks,
      mqtt: { topic: 'house', topics: { matches: false } },
      http: { host: '0.0.0.0', port: 1 },
      data: '/elsewhere',
    });
    expect(changedKeys(config(), after).sort()).toEqual([
      'cameras.yard.fps',
      'data',
      'http.host',
      'http.port',
      'mqtt.topic',
      'mqtt.topics.matches',
      'webhooks',
    ]);
    expect(changedKeys(after, after)).toEqual([]);
  });
});

describe('needsEngine', () => {
  it('is true for recognition settings and false for the log level', () => {
    expect(needsEngine(config(), config({ quality: { minSizePx: 40 } }))).toBe(true);
    expect(needsEngine(config(), config({ log: { level: 'debug' } }))).toBe(false);
    expect(needsEngine(config(), config({ auth: { required: 'always' } }))).toBe(false);
  });

  it('is true for how snapshots are made and false for how long they are kept', () => {
    expect(needsEngine(config(), config({ snapshots: { keepHours: 1 } }))).toBe(false);
    expect(needsEngine(config(), config({ snapshots: { enabled: true } }))).toBe(true);
  });

  it('is false for the hang and quarantine times, which only the supervisor reads', () => {
    const after = config({ engine: { hangMs: 60_000, quarantineMs: 60_000 } });
    expect(changedKeys(config(), after)).toEqual(['engine.hangMs', 'engine.quarantineMs']);
    expect(needsEngine(config(), after)).toBe(false);
  });
});

describe('fixedKeys', () => {
  it('lists the listening address and the data folder, which apply after a restart', () => {
    expect(fixedKeys(config(), config({ http: { port: 1234 } }))).toEqual(['http.port']);
    expect(needsEngine(config(), config({ http: { port: 1234 } }))).toBe(false);
    expect(fixedKeys(config(), config({ data: 'elsewhere' }))).toEqual(['data']);
    expect(needsEngine(config(), config({ data: 'elsewhere' }))).toBe(false);
  });
});

/** Watches a file; `next` resolves with the next change. */
function watched(file: string, debounceMs = 20) {
  let onNext = () => {};
  const changes: number[] = [];
  const watch = watchConfig(
    file,
    () => {
      changes.push(changes.length);
      onNext();
    },
    { debounceMs, pollMs: 50 },
  );
  onTestFinished(watch.end);
  const next = () =>
    new Promise<void>((resolve) => {
      onNext = resolve;
    });
  return { changes, next, skip: watch.skip };
}

describe('watchConfig', () => {
  it('does not report a text that is read in any case', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'a');
    const { next, changes, skip } = watched(file);
    writeFileSync(file, 'b');
    skip();
    const change = next();
    // The same text as at first, which would be none of the news if "b" were not known.
    writeFileSync(file, 'a');
    await change;
    expect(changes).toHaveLength(1);
  });

  it('reports a file that is rewritten, and one that is replaced by another', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'a');
    const { next, changes } = watched(file);
    let change = next();
    writeFileSync(file, 'b');
    await change;
    change = next();
    writeFileSync(`${file}.new`, 'c');
    renameSync(`${file}.new`, file);
    await change;
    expect(changes).toHaveLength(2);
  });

  it('reports a swap of the link to the folder', async () => {
    const folder = temporaryFolder();
    for (const version of ['1', '2']) {
      mkdirSync(path.join(folder, version));
      writeFileSync(path.join(folder, version, 'config.yaml'), version);
    }
    symlinkSync('1', path.join(folder, 'data'));
    symlinkSync('data/config.yaml', path.join(folder, 'config.yaml'));
    const { next } = watched(path.join(folder, 'config.yaml'));
    const change = next();
    symlinkSync('2', path.join(folder, 'data.new'));
    renameSync(path.join(folder, 'data.new'), path.join(folder, 'data'));
    await change;
  });

  it('reports a change while another file in the folder is written all the time', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.yaml');
    writeFileSync(file, 'a');
    const { next } = watched(file, 300);
    const busy = setInterval(() => appendFileSync(path.join(folder, 'spotter.log'), 'x'), 5);
    onTestFinished(() => clearInterval(busy));
    const change = next();
    writeFileSync(file, 'b');
    await change;
  });

  it('reports nothing while the file is missing or when it returns unchanged', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'a');
    const { next, changes } = watched(file);
    rmSync(file);
    writeFileSync(file, 'a');
    const change = next();
    writeFileSync(file, 'b');
    await change;
    expect(changes).toHaveLength(1);
  });
});
