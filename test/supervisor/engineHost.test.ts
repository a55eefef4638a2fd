import { EventEmitter, on } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SpotterError } from '../../src/core/errors.js';
import { type FromEngine, IPC_VERSION } from '../../src/ipc/protocol.js';
import { ChildProcesses } from '../../src/supervisor/childProcesses.js';
import { type Death, EngineHost } from '../../src/supervisor/engineHost.js';
import { configWith } from '../helpers/engine.js';
import { standInEngine } from '../helpers/standInEngine.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A host of a stand-in for the engine, not started; it ends with the test. */
function hostOf(behaviour = '', hangMs = 5000, giveUpMs?: number, hasOtherDevice = false) {
  const seen: (FromEngine | Death | SpotterError)[] = [];
  const entries = new EventEmitter();
  const note = (entry: FromEngine | Death | SpotterError) => {
    seen.push(entry);
    entries.emit('entry');
  };
  const { config } = configWith();
  let starts = 0;
  const lines: string[] = [];
  const host = new EngineHost({
    childProcesses: new ChildProcesses(temporaryFolder(), () => {}),
    start: () => {
      starts++;
      return { kind: 'start', version: IPC_VERSION, config, secrets: [], known: starts === 1 ? null : {} };
    },
    hasOtherDevice: () => hasOtherDevice,
    hangMs: () => hangMs,
    onMessage: note,
    onDeath: note,
    onFailure: note,
    ...(giveUpMs !== undefined && { giveUpMs }),
    onOutput: (line) => lines.push(line),
    entry: standInEngine(behaviour),
  });
  onTestFinished(() => host.stop());
  const logged = () =>
    seen.flatMap((entry) => ('kind' in entry && entry.kind === 'log' ? [entry.message] : []));
  const readies = () => seen.filter((entry) => 'kind' in entry && entry.kind === 'ready').length;
  const deaths = () => seen.filter((entry) => 'how' in entry);
  const failures = () => seen.filter((entry) => entry instanceof SpotterError);
  const until = async (fits: () => boolean) => {
    for await (const _ of fits() ? [] : on(entries, 'entry')) if (fits()) return;
  };
  return { host, lines, logged, readies, deaths, failures, until, starts: () => starts };
}

/** From now until it is undone no process of Node can be started. */
function withoutNode(): () => void {
  const { execPath } = process;
  const restore = () => {
    process.execPath = execPath;
  };
  onTestFinished(restore);
  process.execPath = '/nowhere/node';
  return restore;
}

describe('EngineHost', () => {
  it('starts when the engine is ready', async () => {
    const { host, readies, deaths } = hostOf();
    await host.start();
    expect([readies(), deaths()]).toEqual([1, []]);
  });

  it('does not start when the engine reports an error, and gives that error', async () => {
    const error = { code: 'gallery.not_found', message: 'gallery /nowhere does not exist' };
    const { host, deaths } = hostOf(
      `on.start = () => { send({ kind: 'failed', error: ${JSON.stringify(error)} }); end(); };`,
    );
    await expect(host.start()).rejects.toMatchObject(error);
    expect(deaths()).toEqual([]);
  });

  it.each([true, false])(
    'has a failure of the device at the first start decided by whether there is another: %s',
    async (hasOther) => {
      const error = { code: 'compute.failed', message: 'cuda failed to run the detector: lost' };
      const { host, deaths, starts } = hostOf(
        `on.start = ({ known }) => {
        if (known !== null) return ready();
        send({ kind: 'failed', error: ${JSON.stringify(error)} });
        end();
      };`,
        5000,
        undefined,
        hasOther,
      );
      if (hasOther) await host.start();
      else await expect(host.start()).rejects.toMatchObject(error);
      expect(starts()).toBe(hasOther ? 2 : 1);
      expect(deaths()).toMatchObject(
        hasOther ? [{ code: 'compute.failed', how: error.message, isUnfit: false }] : [],
      );
    },
  );

  it('does not start when the engine is gone before it is ready', async () => {
    const { host } = hostOf('on.start = () => process.exit(7);');
    await expect(host.start()).rejects.toMatchObject({
      code: 'engine.died',
      message: expect.stringMatching(
        /exit code 7\) while it loaded detector "spotter-det" and embedder "spotter-embed"/,
      ),
    });
  });

  it('passes on what the engine writes, its last lines before its death included', async () => {
    const { host, lines } = hostOf(`on.start = () => {
      process.stdout.write('a library\\n\\n');
      process.stderr.write('last words without a line break');
      process.kill(process.pid, 'SIGKILL');
    };`);
    await expect(host.start()).rejects.toMatchObject({ code: 'engine.died' });
    expect(lines.toSorted()).toEqual(['a library', 'last words without a line break']);
  });

  it('does not start when the process cannot be forked', async () => {
    const { host } = hostOf();
    withoutNode();
    await expect(host.start()).rejects.toMatchObject({
      code: 'engine.died',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it('does not take a long task before the engine is ready for a hang', async () => {
    const { host, logged, deaths, until } = hostOf(
      "on.start = () => { beat(60_000); log('loading'); }; on.cameras = ready;",
      1000,
    );
    const started = host.start();
    await until(() => logged().includes('loading'));
    host.send({ kind: 'cameras', assignments: [] });
    await started;
    expect(deaths()).toEqual([]);
  });

  it('kills an engine whose task takes longer than hangMs once it is ready, and starts another', async () => {
    const { host, readies, deaths, until } = hostOf('on.cameras = () => beat(1001);', 1000);
    await host.start();
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => readies() === 2);
    expect(deaths()).toEqual([{ cause: 'engine_hung', how: 'SIGKILL', code: null, isUnfit: false }]);
  });

  it('starts another engine after a death, and tries again when that cannot be forked', async () => {
    const { host, readies, deaths, until } = hostOf('on.cameras = () => process.exit(5);');
    await host.start();
    const restore = withoutNode();
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => deaths().length === 2);
    restore();
    await until(() => readies() === 2);
    expect(deaths()).toEqual([
      { cause: 'engine_died', how: 'exit code 5', code: null, isUnfit: false },
      { cause: 'engine_died', how: expect.stringContaining('ENOENT'), code: null, isUnfit: false },
    ]);
  });

  it('gives up when no engine has been ready for giveUpMs, and starts no other', async () => {
    const { host, failures, deaths, until } = hostOf('on.cameras = () => process.exit(5);', 5000, 1);
    await host.start();
    const restore = withoutNode();
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => failures().length > 0);
    restore();
    expect(failures()).toEqual([
      expect.objectContaining({ code: 'engine.died', message: expect.stringContaining('ENOENT') }),
    ]);
    expect(deaths()).toHaveLength(1);
    await host.stop();
  });

  it('stops while processes cannot be forked', async () => {
    const { host, deaths, until } = hostOf('on.cameras = () => process.exit(5);');
    await host.start();
    withoutNode();
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => deaths().length === 2);
    host.replace();
    await host.stop();
    expect(deaths()).toHaveLength(2);
  });

  it('kills the engine that does not stop', async () => {
    const { host, until, deaths } = hostOf('on.stop = () => {};');
    await host.start();
    host.kill();
    await until(() => deaths().length === 1);
    expect(deaths()).toMatchObject([{ how: 'SIGKILL' }]);
  });

  it('calls an engine unfit that reports an error instead of getting ready', async () => {
    const error = { code: 'model.unfit', message: 'no such model' };
    const { host, deaths, until } = hostOf(`
      on.start = ({ known }) => {
        if (known === null) return ready();
        send({ kind: 'failed', error: ${JSON.stringify(error)} });
        end();
      };
      on.cameras = () => process.exit(5);`);
    await host.start();
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => deaths().length === 2);
    expect(deaths()).toMatchObject([
      { how: 'exit code 5', code: null, isUnfit: false },
      { how: 'no such model', code: 'model.unfit', isUnfit: true },
    ]);
  });

  it('replaces an engine without a death, and with one new engine however often it is asked', async () => {
    const { host, logged, readies, deaths, until, starts } = hostOf(`
      on.cameras = () => log('assigned');
      on.stop = () => { log('of a replaced engine'); end(); };`);
    await host.start();
    host.replace();
    host.replace();
    await until(() => readies() === 2);
    host.send({ kind: 'cameras', assignments: [] });
    await until(() => logged().length > 0);
    expect(logged()).toEqual(['assigned']);
    expect([starts(), deaths()]).toEqual([2, []]);
  });

  it('passes on what the last engine sends until it is gone', async () => {
    const { host, logged, deaths } = hostOf("on.stop = () => { log('goodbye'); end(); };");
    await host.start();
    await host.stop();
    expect([logged(), deaths()]).toEqual([['goodbye'], []]);
  });

  it('starts no engine after its stop', async () => {
    const { host, starts } = hostOf();
    await host.start();
    host.replace();
    await host.stop();
    host.replace();
    await host.stop();
    expect(starts()).toBe(1);
  });
});
