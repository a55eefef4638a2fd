import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../../src/config/load.js';
import { type Config, schema } from '../../src/config/schema.js';
import { SpotterError } from '../../src/core/errors.js';
import { type ConfigChange, Reloader } from '../../src/supervisor/reloader.js';
import { configWith } from '../helpers/engine.js';
import { recordedLog } from '../helpers/logger.js';
import { temporaryFolder } from '../helpers/temporary.js';

const withCameras =
  (...ids: string[]) =>
  (config: Config) => {
    config.cameras = schema.parse({ cameras: ids.map((id) => ({ id, url: 'test:320x240' })) }).cameras;
  };
/** Stands for models that the other nodes of the cluster do not have. */
const REFUSED = 77;
const withMinSize = (px: number) => (config: Config) => {
  config.quality.minSizePx = px;
};

/** A Reloader that has the defaults, and what it reports; each reload reads the next of `reads`. */
function reloaderOf(...reads: (LoadedConfig | SpotterError)[]) {
  const loaded = { ...configWith(), secrets: ['hush'] };
  const changes: ConfigChange[] = [];
  const { logger, messages } = recordedLog();
  const reloader = new Reloader({
    loaded,
    read: () => {
      const next = reads.shift();
      if (next instanceof SpotterError || next === undefined) throw next ?? new Error('nothing to read');
      return next;
    },
    logger,
    checkModels: async ({ quality }) => {
      if (quality.minSizePx === REFUSED)
        throw new SpotterError('cluster.other', 'the others use another embedder');
    },
    onChange: (change) => void changes.push(change),
  });
  return { reloader, loaded, changes, logger, messages };
}

describe('Reloader', () => {
  it('applies changed cameras without replacing the engine', async () => {
    const next = configWith(withCameras('door'));
    const { reloader, loaded, changes, messages } = reloaderOf(next);
    await reloader.reload();
    expect(reloader.current).toBe(next);
    expect(changes).toEqual([
      {
        before: loaded,
        after: next,
        cameras: { added: ['door'], removed: [], changed: [] },
        needsEngine: false,
      },
    ]);
    expect(messages).toEqual(['configuration reloaded']);
  });

  it('keeps the current configuration when the file is emptied', async () => {
    const full = configWith(withCameras('door'));
    const emptied = { ...configWith(), file: '/etc/spotter/config.yaml' };
    const { reloader, changes, messages } = reloaderOf({ ...full, isEmpty: false }, emptied);
    await reloader.reload();
    await reloader.reload();
    expect(changes).toHaveLength(1);
    expect(messages.at(-1)).toBe(
      'configuration reload rejected, keeping the current one: /etc/spotter/config.yaml is empty, as after a command that failed to write it; write "cameras: []" for no cameras',
    );
  });

  it('replaces the engine for settings that only a new one can apply', async () => {
    const { reloader, changes, messages } = reloaderOf(configWith(withMinSize(50)));
    await reloader.reload();
    expect(changes).toMatchObject([{ needsEngine: true }]);
    expect(messages.at(-1)).toBe('settings other than cameras have changed; replacing the engine');
  });

  it('keeps the current configuration when the next one cannot be read, and hides secrets in the reason', async () => {
    const { reloader, loaded, changes, messages } = reloaderOf(
      new SpotterError('config.invalid', 'line 3: hush'),
    );
    await reloader.reload();
    expect([reloader.current, changes]).toEqual([loaded, []]);
    expect(messages).toEqual([
      expect.stringMatching(/^configuration reload rejected, keeping the current one: line 3: (?!hush)/),
    ]);
  });

  it.each(['detector', 'gallery'] as const)(
    'keeps the current configuration when the %s of the next one is missing',
    async (key) => {
      const next = configWith((config) => {
        if (key === 'detector') config.detector = '/nowhere';
        else config.gallery.folder = '/nowhere';
      });
      const { reloader, loaded, changes, messages } = reloaderOf(next);
      await reloader.reload();
      expect([reloader.current, changes]).toEqual([loaded, []]);
      expect(messages).toEqual([expect.stringMatching(/keeping the current one: .*\/nowhere/)]);
    },
  );

  it('keeps the current configuration when the other nodes of the cluster use another embedder', async () => {
    const { reloader, loaded, changes, messages } = reloaderOf(configWith(withMinSize(REFUSED)));
    await reloader.reload();
    expect([reloader.current, changes]).toEqual([loaded, []]);
    expect(messages).toEqual([
      'configuration reload rejected, keeping the current one: the others use another embedder',
    ]);
  });

  it('logs nothing when nothing has changed, and passes it on all the same', async () => {
    const { reloader, changes, messages } = reloaderOf(configWith());
    await reloader.reload();
    expect(messages).toEqual([]);
    expect(changes).toMatchObject([{ needsEngine: false, cameras: { added: [], removed: [], changed: [] } }]);
  });

  it('names settings that apply from the next start, and follows the log level', async () => {
    const data = temporaryFolder();
    const next = configWith((config) => {
      config.data = data;
      config.http.host = '::1';
      config.http.port = 1;
      config.log.level = 'warn';
    });
    const { reloader, logger, messages } = reloaderOf(next);
    await reloader.reload();
    expect(messages).toEqual([
      'http.host has changed; restart spotter to apply it',
      'http.port has changed; restart spotter to apply it',
      'data has changed; restart spotter to apply it',
    ]);
    expect(logger.level).toBe('warn');
  });

  it('says nothing of a setting that is put back to what the running process has', async () => {
    const other = configWith((config) => {
      config.http.port = 1;
    });
    const { reloader, messages } = reloaderOf(other, configWith());
    await reloader.reload();
    await reloader.reload();
    expect(messages.filter((text) => text.includes('restart spotter'))).toEqual([
      'http.port has changed; restart spotter to apply it',
    ]);
  });

  it('applies configurations in order, also when the first takes longer to check', async () => {
    const [first, second] = [configWith(withMinSize(50)), configWith(withCameras('door'))];
    const { reloader, changes } = reloaderOf(first, second);
    await Promise.all([reloader.reload(), reloader.reload()]);
    expect(changes.map(({ after }) => after)).toEqual([first, second]);
    expect(reloader.current).toBe(second);
  });

  it('restores the last known-good configuration, once, when no engine starts', async () => {
    const { reloader, loaded, changes, messages } = reloaderOf(
      configWith(withMinSize(50)),
      configWith(withMinSize(60)),
    );
    await reloader.reload();
    await reloader.reload();
    expect(reloader.restore('model cannot be loaded')).toBe(true);
    expect(reloader.current).toBe(loaded);
    expect(changes.at(-1)).toMatchObject({ after: loaded, needsEngine: false });
    expect(messages.at(-1)).toBe(
      'no engine starts with the new configuration, restoring the last known-good one: model cannot be loaded',
    );
    expect(reloader.restore('again')).toBe(false);
  });

  it('restores nothing once an engine has started with the current configuration', async () => {
    const next = configWith(withMinSize(50));
    const { reloader } = reloaderOf(next);
    await reloader.reload();
    reloader.confirm();
    expect(reloader.restore('too late')).toBe(false);
    expect(reloader.current).toBe(next);
  });

  it('applies nothing after its stop, not even a configuration being checked', async () => {
    const { reloader, loaded, changes, messages } = reloaderOf(
      configWith(withMinSize(50)),
      configWith(withCameras('door')),
    );
    const running = reloader.reload();
    // The first configuration has been read, and its models are being checked.
    await Promise.resolve();
    const waiting = reloader.reload();
    reloader.stop();
    await Promise.all([running, waiting, reloader.reload()]);
    expect([reloader.current, changes, messages]).toEqual([loaded, [], []]);
  });
});
