import { describe, expect, it } from 'vitest';
import type { Gap } from '../../src/config/gaps.js';
import { schema } from '../../src/config/schema.js';
import { checkCameras } from '../../src/doctor/cameraChecks.js';

const { signal } = new AbortController();
const loaded = (...cameras: object[]) => ({
  config: schema.parse({ cameras }),
  ...{ secrets: [], file: null, isEmpty: true, gaps: [] as Gap[] },
});
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

  it('opens neither what needs a missing variable nor a recording that is not there', async () => {
    const gap = { section: 'cameras', reference: '${PW}', fault: 'config.yaml:1:1: PW is not set' } as const;
    const cameras = loaded(
      { id: 'door', url: 'rtsp://u:${PW}@127.0.0.1:1/x' },
      { id: 'clip', url: '/nowhere.mp4' },
    );
    const found = await checkCameras({ ...cameras, gaps: [gap] }, null, signal);
    expect(found.map(({ subject, state, message }) => `${state} ${subject}: ${message}`)).toEqual([
      'warning door: not tried, because it needs a variable or secret file that is missing',
      'fault clip: the recording /nowhere.mp4 does not exist; check the path',
    ]);
  });

  it('warns when there is no camera', async () => {
    expect(await checkCameras(loaded(), null, signal)).toMatchObject([{ state: 'warning', subject: null }]);
  });
});
