import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userOf } from '../../src/video/ownPeer.js';
import { answering, motionJpeg, startWeb } from '../helpers/chaos.js';
import { made } from '../helpers/ffmpeg.js';
import { startGuarded } from '../helpers/guarded.js';
import { failureOf, live, look, markerOf } from '../helpers/live.js';
import { makeMarkerClip, needRtsp, startRtsp } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { type Certificates, makeCertificates, startTls } from '../helpers/tls.js';

const NO_FILES = { certificate: null, key: null, ca: null };
let folder: string;
let ours: Certificates;
let foreign: Certificates;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spotter-test-'));
  const made = (name: string) => {
    const own = path.join(folder, name);
    mkdirSync(own);
    return makeCertificates(own);
  };
  [ours, foreign] = [made('ours'), made('foreign')];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('LiveSource: rtsps:// with files for TLS', () => {
  it('shows its certificate, verifies the camera, and gives whole frames over TCP', async (context) => {
    needRtsp(context);
    const clip = path.join(temporaryFolder(), 'clip.mp4');
    makeMarkerClip(clip, 20);
    const { port } = await startRtsp({ clip, users: [['us@er', "p'a:ss"]] });
    const secure = await startTls(port, { ...ours, clients: true });
    const tls = { ...ours.client, ca: ours.ca };
    const { source } = live(`rtsps://us%40er:p'a:ss@localhost:${secure}/cam`, { tls, transport: 'udp' });
    await look(source, 5, markerOf);
  });

  it.each([
    [
      'another authority',
      () => ({ ...NO_FILES, ca: foreign.ca }),
      false,
      'does not pass the check with tls.ca',
    ],
    [
      'another certificate',
      () => ({ ...foreign.client, ca: null }),
      true,
      'refuses the certificate of tls.certificate',
    ],
    ['no certificate', () => ({ ...NO_FILES, ca: ours.ca }), true, 'wants a certificate of its client'],
    [
      'a key of another certificate',
      () => ({ ...ours.client, key: foreign.client.key, ca: null }),
      false,
      'cannot use the files of tls',
    ],
    ['a file that is gone', () => ({ ...NO_FILES, ca: '/none/ca.pem' }), false, 'cannot read a file of tls'],
  ])(
    'says what is wrong with %s, and sends no request to a server that is not verified',
    async (what, tls, clients, sentence) => {
      const { port, requests } = await startGuarded('Basic realm="cam"');
      const secure = await startTls(port, { ...ours, clients });
      const { source } = live(`rtsps://a:b@127.0.0.1:${secure}/cam`, { tls: tls() });
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'camera.unreachable' });
      expect(error.message).toContain(sentence);
      if (what === 'another authority') expect(requests).toEqual([]);
    },
  );

  it('names the camera, not the tunnel, when nobody listens', async () => {
    const { source } = live('rtsps://a:b@127.0.0.1:1/cam', { tls: { ...NO_FILES, ca: ours.ca } });
    expect((await failureOf(source)).message).toContain('127.0.0.1:1 refuses the connection');
  });
});

describe('LiveSource: https:// with files for TLS', () => {
  it('shows its certificate and verifies the server', async () => {
    const picture = made('red.jpg', '-f', 'lavfi', '-i', 'color=red:size=320x180', '-frames:v', '1');
    const secure = await startTls(await startWeb(motionJpeg(picture, 50)), { ...ours, clients: true });
    const url = `https://localhost:${secure}/video`;
    await look(live(url, { tls: { ...ours.client, ca: ours.ca } }).source, 3);
    const error = await failureOf(live(url, { tls: { ...ours.client, ca: foreign.ca } }).source);
    expect(error.message).toContain('does not pass the check with tls.ca');
  });

  it('refuses a playlist, because its segments would be read unverified', async () => {
    const list = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2,\na.ts\n';
    const web = await startWeb(answering('application/vnd.apple.mpegurl', list));
    const secure = await startTls(web, ours);
    const { source } = live(`https://localhost:${secure}/a.m3u8`, { tls: { ...NO_FILES, ca: ours.ca } });
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'camera.address' });
    expect(error.message).toContain('sends a playlist (HLS)');
  });
});

describe('userOf', () => {
  it('finds the user of a connection in the table of the system', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0',
      '   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 02:000A7214 00000000  1000        0 2 2 0 20 4 30 10 -1',
    ].join('\n');
    expect(userOf(table, 0xc350, 0x1f90)).toBe(1000);
    expect(userOf(table, 0x1f90, 0xc350)).toBeNull();
    expect(userOf(table, 0xc351, 0x1f90)).toBeNull();
  });

  it('finds that of a connection which is made over IPv6', () => {
    const local = '0000000000000000FFFF00000100007F';
    const line = `   0: ${local}:C350 ${local}:1F90 01 00000000:00000000 02:000A7214 00000000  1000        0 2 2 0 20 4 30 10 -1`;
    expect(userOf(line, 0xc350, 0x1f90)).toBe(1000);
  });
});
