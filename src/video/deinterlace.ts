/** Whether to deinterlace: what the source declares as interlaced, everything, or nothing. */
export type DeinterlaceSetting = 'auto' | 'on' | 'off';

/** ffmpeg's names of the field orders of interlaced video, from ffprobe. */
const INTERLACED: ReadonlySet<string> = new Set(['tt', 'bb', 'tb', 'bt']);

/** Whether ffprobe's `field_order` is that of interlaced video; unknown is not. */
export function isInterlaced(fieldOrder: string): boolean {
  return INTERLACED.has(fieldOrder);
}

/**
 * Filters that make one whole picture of the two fields of each frame. They come first: they need the frames next to each
 * other. Progressive frames within an interlaced stream pass unchanged.
 *
 * @returns none for a stream that is not interlaced, unless the setting is `on`
 */
export function deinterlaceFilters(setting: DeinterlaceSetting, interlaced: boolean): string[] {
  if (setting === 'on') return ['yadif'];
  return setting === 'auto' && interlaced ? ['yadif=deint=interlaced'] : [];
}
