import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../src/compute/choose.js';
import { shortReason, tryOnDevice } from '../../src/compute/deviceTrial.js';
import { absence, surroundings } from '../../src/compute/presence.js';
import { automaticProviders, FACTS, PLATFORM } from '../../src/compute/providers.js';
import { linearEmbedder } from '../helpers/linearEmbedder.js';
import { root } from '../helpers/paths.js';
import { trialStandIn, trialThrowing, trialWith } from '../helpers/trialStandIn.js';

const embedder = path.join(root, 'models/spotter-embed.onnx');
const request = (backend: string, profiled: string, file = embedder) => ({
  file,
  device: { provider: 'tested', backend, number: null },
  profiled,
  width: 64,
  height: 64,
});
const limits = { limitMs: 60_000 };
const cuda = request('cuda', 'CUDAExecutionProvider');

describe('tryOnDevice', () => {
  it('runs a network, compares and times it, and finds that it takes several pictures', async () => {
    const onCpu = request('cpu', 'CPUExecutionProvider');
    const outcome = await tryOnDevice(onCpu, limits);
    expect(outcome).toMatchObject({ ok: true, result: { batch: 8, ran: { elsewhere: 0 } } });
    if (!outcome.ok) return;
    expect(outcome.result.similarity).toBeGreaterThan(0.999999);
    expect(outcome.result.ran.onDevice).toBeGreaterThan(10);
    expect(Math.min(outcome.result.deviceMs, outcome.result.cpuMs)).toBeGreaterThan(0);
    expect(faultOf(outcome)).toBeNull();
  });

  it('is not taken in by a session that runs on the CPU, and takes one picture at a time where the input is fixed', async () => {
    const pretended = request('cpu', 'CUDAExecutionProvider', linearEmbedder(64, Math.sin));
    const outcome = await tryOnDevice(pretended, limits);
    expect(outcome).toMatchObject({ ok: true, result: { batch: 1, ran: { onDevice: 0 } } });
    expect(faultOf(outcome)).toBe('onnxruntime ran the network on the CPU instead');
  });

  it('says in short why a provider of no library, or of another platform, cannot be had', async () => {
    const outcome = await tryOnDevice(request('no-such', ''), limits);
    expect(outcome).toEqual({
      ok: false,
      why: expect.stringContaining('backend not found'),
    });
  });

  it('survives a library that crashes or hangs', async () => {
    const crash = trialStandIn(`process.kill(process.pid, 'SIGSEGV');`);
    expect(await tryOnDevice(cuda, { ...limits, entry: crash.entry })).toEqual({
      ok: false,
      why: 'its library crashed (SIGSEGV)',
    });
    const hang = trialStandIn('for (;;) {}');
    const processes: [number, boolean][] = [];
    const onProcess = (pid: number, running: boolean) => processes.push([pid, running]);
    expect(await tryOnDevice(cuda, { limitMs: 1000, entry: hang.entry, onProcess })).toEqual({
      ok: false,
      why: 'it did not finish within 1 s',
    });
    expect(processes).toEqual([
      [processes[0][0], true],
      [processes[0][0], false],
    ]);
    expect(() => process.kill(processes[0][0], 0)).toThrow();
  });

  it('reports wrong results with their cosine', async () => {
    const { entry } = trialWith({ similarity: 0.873 });
    expect(faultOf(await tryOnDevice(cuda, { ...limits, entry }))).toBe(
      "its results differ from the CPU's (cosine 0.873, at least 0.999 wanted)",
    );
  });

  it('does not blame the device for a file that is no network', async () => {
    const { entry } = trialThrowing('the network cannot be loaded', 'model.unreadable');
    await expect(tryOnDevice(cuda, { ...limits, entry })).rejects.toMatchObject({ code: 'model.unreadable' });
  });

  it('ends with the start that it is part of', async () => {
    const ending = new AbortController();
    const hang = trialStandIn('setInterval(() => {}, 1000);');
    const onProcess = (_: number, running: boolean) => running && ending.abort();
    const running = tryOnDevice(cuda, { ...limits, entry: hang.entry, signal: ending.signal, onProcess });
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a real device', () => {
  const present = automaticProviders().filter((provider) => absence(provider, surroundings()) === null);

  it('runs the built-in embedder as the CPU does', async (context) => {
    if (present.length === 0)
      context.skip(
        `no device: neither of ${automaticProviders().join(', ') || 'no provider'} on ${PLATFORM}`,
      );
    for (const provider of present) {
      const { backend, profiled, hasNumbers, trialMs } = FACTS[provider];
      const device = { provider, backend, number: hasNumbers ? 0 : null };
      const outcome = await tryOnDevice({ ...request(backend, profiled), device }, { limitMs: trialMs });
      // A driver without its card is no fault of ours.
      if (!outcome.ok) context.skip(`${provider} does not run here: ${outcome.why}`);
      expect(faultOf(outcome)).toBeNull();
    }
  });
});

describe('shortReason', () => {
  it.each([
    [
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters',
      '',
      'Failed to get a WebGPU adapter: No supported adapters',
    ],
    [
      'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
      '[E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] [ONNXRuntimeError] : 1 : FAIL : Failed to load library /opt/bin/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory\n\u001b[m',
      'libcudnn.so.9: cannot open shared object file: No such file or directory',
    ],
    [
      '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError; bool THRW = true] CUDA failure 101: invalid device ordinal ; GPU=0 ; hostname=box ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=268 ; expr=cudaSetDevice(info_.device_id);',
      '',
      'CUDA failure 101: invalid device ordinal',
    ],
    ['x'.repeat(300), '', `${'x'.repeat(199)}…`],
  ])('keeps what matters of %.60s', (text, output, expected) => {
    expect(shortReason(text, output)).toBe(expected);
  });
});
