import { describe, expect, it } from 'vitest';
import { cpuKind, listsVnni, overflows } from '../../src/core/cpuKind.js';

describe('cpuKind', () => {
  it('names the processor', () => {
    const { model, arch, vnni } = cpuKind();
    expect(model).not.toBe('');
    expect(arch).toBe(process.arch);
    expect(typeof vnni).toBe('boolean');
  });

  it('finds VNNI as Linux and macOS list it', () => {
    expect(listsVnni('fpu avx512f avx512_vnni sse')).toBe(true);
    expect(listsVnni('fpu avx2 avx_vnni')).toBe(true);
    expect(listsVnni('AVX512F AVX512VNNI')).toBe(true);
    expect(listsVnni('fpu avx2 avx512f avx512vbmi')).toBe(false);
    expect(listsVnni(undefined)).toBe(false);
  });

  it('fears overflows on x86 without VNNI only', () => {
    expect(overflows({ arch: 'x64', vnni: false })).toBe(true);
    expect(overflows({ arch: 'x64', vnni: true })).toBe(false);
    expect(overflows({ arch: 'arm64', vnni: false })).toBe(false);
  });
});
