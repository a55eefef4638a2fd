import type { Size } from '../core/geometry.js';

/** Filters that set the shape of the picture, width to height as shown, such as `16:9`; none for null. */
export function aspectFilters(aspect: string | null): string[] {
  return aspect === null ? [] : [`setdar=${aspect.replace(':', '/')}`];
}

/** The size in that shape, of the same height; the size itself for null. */
export function reshape({ width, height }: Size, aspect: string | null): Size {
  if (aspect === null) return { width, height };
  const [wide, high] = aspect.split(':').map(Number);
  return { width: Math.max(1, Math.round((height * wide) / high)), height };
}
