import { spawnSync } from 'node:child_process';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { tryOnDevice } from '../../src/compute/deviceTrial.js';
import { PLATFORM } from '../../src/compute/providers.js';
import { linearEmbedder } from '../helpers/linearEmbedder.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const LIBRARIES = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64';
/** Of onnxruntime: what is loaded before each provider. */
const SHARED = 'void Provider_SetHost(void *host) {}';

/** A copy of the program of a trial with an onnxruntime of its own, whose providers' libraries can be replaced. */
function installation(): string {
  const folder = temporaryFolder();
  for (const name of ['compute', 'worker', 'core', 'face', 'image'])
    cpSync(path.join(root, 'build/src', name), path.join(folder, 'build/src', name), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "version": "0.0.0" }');
  const runtime = path.join('node_modules', 'onnxruntime-node');
  for (const part of ['dist', 'package.json'])
    cpSync(path.join(root, runtime, part), path.join(folder, runtime, part), { recursive: true });
  mkdirSync(path.join(folder, LIBRARIES), { recursive: true });
  for (const name of readdirSync(path.join(root, LIBRARIES))) {
    const [from, to] = [root, folder].map((place) => path.join(place, LIBRARIES, name));
    try {
      linkSync(realpathSync(from), to);
    } catch {
      // Another file system.
      cpSync(from, to);
    }
  }
  for (const name of ['onnxruntime-common', 'zod'])
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  return folder;
}

function compile(folder: string, name: string, source: string, ...more: string[]): void {
  const file = path.join(folder, LIBRARIES, `lib${name}.so`);
  const args = ['-shared', '-fPIC', '-x', 'c', '-', '-o', file, ...more];
  const { status, stderr } = spawnSync('gcc', args, { input: source, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Outcome of a trial on CUDA, with that library as its provider. */
function withLibrary(source: string, limitMs = 60_000) {
  const folder = installation();
  compile(folder, 'onnxruntime_providers_shared', SHARED);
  compile(folder, 'onnxruntime_providers_cuda', source);
  return tryCuda(folder, limitMs);
}

function tryCuda(folder: string, limitMs = 60_000) {
  const request = {
    file: linearEmbedder(64, Math.sin),
    device: { provider: 'cuda', backend: 'cuda', number: 0 },
    profiled: 'CUDAExecutionProvider',
    width: 64,
    height: 64,
  };
  const entry = pathToFileURL(path.join(folder, 'build/src/compute/trialMain.js'));
  return tryOnDevice(request, { limitMs, entry });
}

function needCompiler(context: TestContext): void {
  if (PLATFORM !== 'linux/x64') context.skip('onnxruntime loads the library of CUDA on linux/x64 only');
  if (spawnSync('gcc', ['--version']).status !== 0) context.skip('needs gcc to make a library');
}

describe('the library of a provider, as onnxruntime loads it', () => {
  it('may crash', async (context) => {
    needCompiler(context);
    const crash = '__attribute__((constructor)) static void load(void) { *(volatile int *)0 = 1; }';
    expect(await withLibrary(crash)).toEqual({ ok: false, why: 'its library crashed (SIGSEGV)' });
  });

  it('may hang', async (context) => {
    needCompiler(context);
    const hang =
      '#include <unistd.h>\n__attribute__((constructor)) static void load(void) { for (;;) pause(); }';
    expect(await withLibrary(hang, 5000)).toEqual({ ok: false, why: 'it did not finish within 5 s' });
  });

  it('may be another one', async (context) => {
    needCompiler(context);
    const outcome = await withLibrary('int nothing;');
    expect(outcome).toMatchObject({ ok: false, why: expect.stringContaining('GetProvider') });
  });

  it('may lack the libraries that it needs itself', async (context) => {
    needCompiler(context);
    const folder = installation();
    const place = path.join(folder, LIBRARIES);
    compile(folder, 'onnxruntime_providers_shared', SHARED);
    compile(folder, 'cudnn_of_a_test', 'int part;');
    compile(
      folder,
      'onnxruntime_providers_cuda',
      'extern int part; int *whole = &part;',
      `-L${place}`,
      '-lcudnn_of_a_test',
    );
    rmSync(path.join(place, 'libcudnn_of_a_test.so'));
    expect(await tryCuda(folder)).toEqual({
      ok: false,
      why: 'libcudnn_of_a_test.so: cannot open shared object file: No such file or directory',
    });
  });
});
