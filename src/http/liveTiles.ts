import { z } from 'zod';
import { bodyFault } from './inputFaults.js';

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
        fps: z.number().min(LEAST_FPS, 'must be more than 0, such as 5 or 0.02'),
      }),
    )
    .max(MOST_TILES, `must have at most ${MOST_TILES} entries`),
});

/** What became of the wishes of a client; each fault is a sentence. */
export type Wishes =
  /** One tile per camera, within the limits; `unknown` names a camera that is left out, or is null. */
  { tiles: Tile[]; unknown: string | null } | { fault: string };

/** Reads the wishes of a client (JSON). A camera that is not there does not keep the client from the others. */
export function parseTiles(text: string, { isVisible, maxWidth, maxFps }: TileLimits): Wishes {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { fault: `not JSON; send ${EXAMPLE}` };
  }
  const parsed = watchMessage.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { fault: `${bodyFault(issue, data, 'the message')}; send ${EXAMPLE}` };
  }
  const { tiles } = parsed.data;
  const cameras = tiles.map(({ camera }) => camera);
  const double = cameras.find((camera, index) => cameras.indexOf(camera) !== index);
  if (double !== undefined) return { fault: `${JSON.stringify(double)} has two tiles; send one per camera` };
  const unknown = cameras.find((camera) => !isVisible(camera));
  return {
    tiles: tiles
      .filter(({ camera }) => isVisible(camera))
      .map(({ camera, width, fps }) => ({
        camera,
        width: Math.round(Math.min(width, maxWidth)),
        fps: Math.min(fps, maxFps),
      })),
    unknown: unknown === undefined ? null : `no camera ${JSON.stringify(unknown)} is configured`,
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
