import { z } from 'zod';

/** A camera's picture that a client wants to see. */
export interface Tile {
  camera: string;
  /** Width at which it is shown, px. */
  width: number;
  /** Pictures per second, above 0. */
  fps: number;
}

/** What a client may ask for. */
export interface TileLimits {
  /** Whether the client may see this camera, and it is configured. */
  isVisible: (camera: string) => boolean;
  /** Larger wishes are taken for these. */
  maxWidth: number;
  maxFps: number;
}

const MOST_TILES = 64;
const LEAST_WIDTH = 16;
/** One picture an hour. */
const LEAST_FPS = 1 / 3600;
const EXAMPLE = '{"type":"watch","tiles":[{"camera":"front-door","width":640,"fps":5}]}';

const watchMessage = z.strictObject({
  type: z.literal('watch', 'must be "watch"'),
  tiles: z
    .array(
      z.strictObject({
        camera: z.string().max(40),
        width: z.number().min(LEAST_WIDTH),
        fps: z.number().min(LEAST_FPS),
      }),
    )
    .max(MOST_TILES, `must have at most ${MOST_TILES} entries`),
});

/** Reads the wishes of a client (JSON). @returns its tiles, one per camera, within the limits; or what is wrong, in a sentence */
export function parseTiles(text: string, limits: TileLimits): { tiles: Tile[] } | { fault: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { fault: `not JSON; send ${EXAMPLE}` };
  }
  const parsed = watchMessage.safeParse(data);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return { fault: `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}; send ${EXAMPLE}` };
  }
  const { tiles } = parsed.data;
  const cameras = tiles.map(({ camera }) => camera);
  const unknown = cameras.find((camera) => !limits.isVisible(camera));
  if (unknown !== undefined) return { fault: `no camera ${JSON.stringify(unknown)} is configured` };
  const double = cameras.find((camera, index) => cameras.indexOf(camera) !== index);
  if (double !== undefined) return { fault: `${double} has two tiles; send one per camera` };
  return {
    tiles: tiles.map(({ camera, width, fps }) => ({
      camera,
      width: Math.round(Math.min(width, limits.maxWidth)),
      fps: Math.min(fps, limits.maxFps),
    })),
  };
}

/** One tile per camera that is enough for every client: as wide and as often as the largest wish. */
export function unionOf(tiles: Iterable<Tile>): Tile[] {
  const widest = new Map<string, Tile>();
  for (const { camera, width, fps } of tiles) {
    const other = widest.get(camera);
    const union = { camera, width: Math.max(width, other?.width ?? 0), fps: Math.max(fps, other?.fps ?? 0) };
    widest.set(camera, union);
  }
  return [...widest.values()];
}
