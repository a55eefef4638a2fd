import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';

/** What of a processor matters to networks in whole numbers. */
export interface CpuKind {
  /** Name that the processor gives itself. */
  model: string;
  arch: string;
  /** Whether x86 has instructions for products of bytes (VNNI): twice as quick, and their sums do not overflow. */
  vnni: boolean;
}

/** The processor of this machine. */
export function cpuKind(): CpuKind {
  return { model: cpus()[0]?.model.trim() || 'unknown', arch: arch(), vnni: arch() === 'x64' && hasVnni() };
}

/** Whether products of bytes with full-range weights overflow there: x86 adds two of them in 16 bits. */
export function overflows({ arch: architecture, vnni }: Pick<CpuKind, 'arch' | 'vnni'>): boolean {
  return architecture === 'x64' && !vnni;
}

function hasVnni(): boolean {
  try {
    if (platform() === 'linux')
      return listsVnni(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]);
    if (platform() === 'darwin')
      return listsVnni(execFileSync('sysctl', ['-n', 'machdep.cpu.leaf7_features'], { encoding: 'utf8' }));
  } catch {
    // Without an answer: none.
  }
  return false;
}

/** Whether a list of a processor's features names one of the VNNI sets that onnxruntime uses. */
export function listsVnni(features: string | undefined): boolean {
  return (features ?? '')
    .toLowerCase()
    .split(/\s+/)
    .some((name) => /^avx(512)?_?vnni$/.test(name));
}
