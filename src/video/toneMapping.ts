import type { ColourSpace } from '../image/image.js';
import { askFfmpeg } from './ffmpegVersion.js';

/** How a high dynamic range (HDR) stream is coded, in ffmpeg's names. */
export interface Hdr {
  /** PQ or HLG. */
  transfer: 'smpte2084' | 'arib-std-b67';
  primaries: string;
  matrix: string;
}

/** Colour space of frames behind {@link toneFilters}. */
export const TONE_MAPPED: ColourSpace = { matrix: 'bt709', fullRange: false };

const PRIMARIES: ReadonlySet<string> = new Set(['bt709', 'bt2020', 'smpte431', 'smpte432']);
const MATRICES: ReadonlySet<string> = new Set(['bt709', 'bt2020nc', 'bt2020c']);

/**
 * The coding of an HDR stream; null for any other. Primaries and matrix that it does not state, or that are unusual, are
 * taken for BT.2020.
 */
export function hdrOf(transfer: string, primaries: string, matrix: string): Hdr | null {
  if (transfer !== 'smpte2084' && transfer !== 'arib-std-b67') return null;
  return {
    transfer,
    primaries: PRIMARIES.has(primaries) ? primaries : 'bt2020',
    matrix: MATRICES.has(matrix) ? matrix : 'bt2020nc',
  };
}

/**
 * Filters that convert HDR frames of limited range to BT.709. Faces were found to keep most of their similarity with Hable's
 * curve and white at 100 cd/m²; see decision 14. Chroma is not subsampled on the way, because zscale refuses odd sizes then.
 */
export function toneFilters({ transfer, primaries, matrix }: Hdr): string[] {
  return [
    'format=yuv444p10le',
    `setparams=range=limited:color_trc=${transfer}:color_primaries=${primaries}:colorspace=${matrix}`,
    'zscale=transfer=linear:npl=100',
    'format=gbrpf32le',
    'zscale=primaries=bt709',
    'tonemap=hable:desat=0',
    'zscale=transfer=bt709:matrix=bt709:range=limited',
    'format=yuv444p',
  ];
}

/** Whether the installed ffmpeg has the filters; false if it cannot be asked. */
export async function canMapTones(): Promise<boolean> {
  return hasToneFilters(await askFfmpeg('-hide_banner', '-filters').catch(() => ''));
}

/** @param list output of `ffmpeg -filters` */
export function hasToneFilters(list: string): boolean {
  return ['zscale', 'tonemap', 'setparams'].every((name) =>
    list.split('\n').some((line) => line.trim().split(/\s+/)[1] === name),
  );
}

/** What to report of an HDR source that this ffmpeg cannot tone map. @param name of the source, without credentials */
export function noToneMapping(name: string): string {
  return `${name} is HDR video, and this ffmpeg lacks the filters zscale and tonemap, so faces look flat and match worse; install a full build of ffmpeg (Debian: apt-get install ffmpeg)`;
}
