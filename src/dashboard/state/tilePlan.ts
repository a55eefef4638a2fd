/** A picture that is asked for: see `watch` of /api/v1/live. */
export interface TileRequest {
  camera: string;
  /** px. */
  width: number;
  fps: number;
}

/** What the page shows of a camera. */
export interface TileOnPage {
  camera: string;
  /** Of the canvas, in px of the screen. */
  width: number;
  /** Faces are in view, or somebody asked for moving pictures. */
  isActive: boolean;
}

/** Frames per second where somebody is in view, and where nobody is: one a minute. */
export const ACTIVE_FPS = 5;
export const IDLE_FPS = 1 / 60;

/** Widths that are asked for, so that a tile that grows a little is no new request. */
const WIDTHS = [320, 480, 640, 960, 1280];

/**
 * The pictures to ask for: the widest and fastest of each camera, nothing while nobody looks.
 *
 * @param tiles those on the screen; a camera may be there twice
 */
export function tilePlan(tiles: readonly TileOnPage[], isPageVisible: boolean): TileRequest[] {
  if (!isPageVisible) return [];
  const byCamera = new Map<string, TileRequest>();
  for (const { camera, width, isActive } of tiles) {
    const before = byCamera.get(camera);
    byCamera.set(camera, {
      camera,
      width: Math.max(WIDTHS.find((one) => one >= width) ?? 1280, before?.width ?? 0),
      fps: Math.max(isActive ? ACTIVE_FPS : IDLE_FPS, before?.fps ?? 0),
    });
  }
  return [...byCamera.values()].sort((a, b) => (a.camera < b.camera ? -1 : 1));
}
