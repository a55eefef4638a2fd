import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { checkCameras } from '../../src/doctor/cameraChecks.js';

const { signal } = new AbortController();
const loaded = (...cameras: object[]) => ({ config: schema.parse({ cameras }), secrets: [], file: null });
// Refuses the connection, should it be opened.
const url = 'rtsp://u:p@127.0.0.1:1/x';

describe('checkCameras', () => {
  it('opens neither what is live in the daemon nor what refuses the password', async () => {
    const states = new Map([
      ['door', { state: 'live', message: null }],
      ['yard', { state: 'auth_failed', message: 'camera yard: it refuses the password' }],
      ['gate', { state: 'stalled', message: 'camera gate: nothing came' }],
    ]);
    const found = await checkCameras(
      loaded({ id: 'door', url }, { id: 'yard', url }, { id: 'gate', url }),
      states,
      signal,
    );
    expect(found.map(({ subject, state, message }) => `${state} ${subject}: ${message}`)).toEqual([
      'ok door: live in the running daemon',
      'fault yard: it refuses the password',
      'fault gate: 127.0.0.1:1 refuses the connection; check the port and that the camera streams',
    ]);
  });

  it('warns when there is no camera', async () => {
    expect(await checkCameras(loaded(), null, signal)).toMatchObject([{ state: 'warning', subject: null }]);
  });
});
