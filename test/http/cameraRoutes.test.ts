import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { cameraView, emptyApi, httpServer } from '../helpers/http.js';

const ZONE = { id: 'gate', points: [[0, 0] as const, [1, 0] as const, [1, 1] as const] };
const DOOR = cameraView('front-door', { name: 'Front door', zones: [ZONE], width: 1280, height: 720 });

/** Answers of a server with two cameras. @param visible of the caller; null: all */
async function served(visible: string[] | null = null) {
  const { address } = await httpServer(
    { api: { ...emptyApi, cameras: () => [DOOR, cameraView('yard')] } },
    { identify: () => ({ ...ANYBODY, cameras: visible }) },
  );
  return async (path: string) => {
    const response = await fetch(`${address}/api/v1/cameras${path}`);
    return { status: response.status, body: await response.json() };
  };
}

describe('addCameraRoutes', () => {
  it('serve the state of all cameras and of one, with names, zones and sizes', async () => {
    const get = await served();
    expect((await get('')).body).toEqual({ cameras: [DOOR, cameraView('yard')] });
    expect((await get('/front-door')).body).toEqual(DOOR);
  });

  it('name the camera that is probably meant', async () => {
    const { status, body } = await (await served())('/frontdoor');
    expect([status, body]).toEqual([
      404,
      expect.objectContaining({ error: 'no camera "frontdoor" is configured; did you mean "front-door"?' }),
    ]);
  });

  it('show a caller only the cameras that it may see, and answer for others as if they did not exist', async () => {
    const get = await served(['yard']);
    expect((await get('')).body).toEqual({ cameras: [cameraView('yard')] });
    const { status, body } = await get('/front-door');
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: 'no camera "front-door" is configured; valid here: yard' });
  });
});
