import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf, live, look, nextFrame } from '../helpers/live.js';

/** Behaves as the variable STAND_IN names when it is to decode; passes everything else to the real ffmpeg. */
const STAND_IN = `#!${process.execPath}
const { spawn, spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const header = (size) => process.stdout.write('YUV4MPEG2 W' + size + ' H' + size + ' F25:1 C420mpeg2\\n');
const frame = () => {
  process.stdout.write(Buffer.concat([Buffer.from('FRAME\\n'), Buffer.alloc(64 * 64 * 1.5, 99)]));
  process.stderr.write('[error] 0.000000\\n');
};
const deaf = () => process.on('SIGTERM', () => {});
const stay = () => setInterval(() => {}, 1000);
const behaviour = {
  deaf() { deaf(); header(64); frame(); stay(); },
  mother() {
    deaf(); header(64); frame(); stay();
    writeFileSync(process.env.STAND_IN_FILE, String(spawn('sleep', ['600'], { stdio: 'inherit' }).pid));
  },
  talkative() {
    const address = readFileSync(0, 'utf8').split("'")[1];
    header(64); frame(); frame();
    const forms = [address, 'tcp://127.0.0.1:1?pw=' + decodeURIComponent(address), decodeURIComponent(address)];
    for (let i = 0; i < 500; i++) process.stderr.write('[rtsp @ 0x1] [error] no ' + forms[i % 3] + '\\n');
    stay();
  },
  sulky() {
    const address = readFileSync(0, 'utf8').split("'")[1];
    process.stderr.write('[error] strange things at ' + address + ' and at ' + decodeURIComponent(address) + '\\n');
    process.exitCode = 1;
  },
  refused() {
    process.stderr.write('[rtsp @ 0x1] [error] method DESCRIBE failed: 401 Unauthorized\\n');
    process.exitCode = 1;
  },
  huge() { header(8194); stay(); },
  garbled() { header(64); process.stdout.write('FRAM\\n'); stay(); },
};
// As ffmpeg 7.1 and newer list formats: devices are marked in a column of their own.
const formats = ' D.. = Demuxing supported\\n .E. = Muxing supported\\n ..d = Is a device\\n ---\\n D d lavfi  Libavfilter\\n';
if (process.argv.includes('-formats')) process.stdout.write(formats);
else if (process.argv.includes('yuv4mpegpipe')) behaviour[process.env.STAND_IN]();
else process.exitCode = spawnSync('ffmpeg', process.argv.slice(2), { stdio: 'inherit' }).status;
`;

let folder: string;

// fluent-ffmpeg caches the path of ffmpeg, so all tests here share one program.
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spotter-test-'));
  const file = path.join(folder, 'ffmpeg');
  writeFileSync(file, STAND_IN);
  chmodSync(file, 0o755);
  process.env.FFMPEG_PATH = file;
});
afterAll(() => {
  delete process.env.FFMPEG_PATH;
  rmSync(folder, { recursive: true, force: true });
});

function standIn(behaviour: string): void {
  vi.stubEnv('STAND_IN', behaviour);
  vi.stubEnv('STAND_IN_FILE', path.join(folder, 'child'));
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('LiveSource with a stand-in for ffmpeg', () => {
  it('says why ffmpeg has ended, although the server is slow to explain it', async () => {
    standIn('refused');
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const asked = once(server, 'connection');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { port } = server.address() as AddressInfo;
    const failure = failureOf(live(`rtsp://us:er@127.0.0.1:${port}/cam`, { connectMs: 1000 }).source);
    await asked;
    await vi.advanceTimersByTimeAsync(2000);
    expect(await failure).toMatchObject({ code: 'camera.auth' });
  });

  it('kills an ffmpeg that ignores SIGTERM', async () => {
    standIn('deaf');
    const { source, running } = live('test:');
    (await nextFrame(source)).release();
    expect(running.size).toBe(1);
    source.stop();
    await source.ended();
    expect(running.size).toBe(0);
  });

  it('ends with a wrapper script, although its child keeps the pipes open', {
    timeout: 30_000,
  }, async () => {
    standIn('mother');
    onTestFinished(
      () => void process.kill(Number(readFileSync(path.join(folder, 'child'), 'utf8')), 'SIGKILL'),
    );
    const { source, running } = live('test:');
    (await nextFrame(source)).release();
    await vi.waitUntil(() => existsSync(path.join(folder, 'child')));
    source.stop();
    await source.ended();
    expect(running.size).toBe(0);
  });

  it.each(['p@ss/w:rd', "it's", 'päss%', '$&$1'])(
    'logs repeated messages once, without the password %s',
    async (password) => {
      standIn('talkative');
      const { source, notices } = live(`rtsp://first.last:${password}@camera.local/x?token=t0ken`);
      await look(source, 1);
      await vi.waitUntil(() => notices.length > 0);
      expect(notices).toHaveLength(1);
      expect(notices[0]).toMatch(/^ffmpeg: rtsp: no rtsp:\/\/camera\.local/);
      for (const secret of [password, encodeURIComponent(password), 'first.last', 't0ken'])
        expect(notices[0]).not.toContain(secret);
    },
  );

  it.each(['p@ss/w:rd', "it's", 'päss%', '$&$1'])(
    "quotes ffmpeg's message in the error without the password %s",
    async (password) => {
      standIn('sulky');
      const error = await failureOf(live(`rtsp://first.last:${password}@camera.local/x?token=t0ken`).source);
      expect(error).toMatchObject({ code: 'camera.no_video' });
      expect(error.message).toContain('strange things at rtsp://camera.local and at rtsp://camera.local');
      for (const secret of [password, encodeURIComponent(password), 'first.last', 't0ken'])
        expect(error.message).not.toContain(secret);
    },
  );

  it('rejects frames larger than 8192 px', async () => {
    standIn('huge');
    const error = await failureOf(live('test:').source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('8194x8194 px');
  });

  it('reports malformed output of ffmpeg as an internal fault', async () => {
    standIn('garbled');
    const { source, running } = live('test:');
    expect(await failureOf(source)).toMatchObject({ code: 'internal' });
    await source.ended();
    expect(running.size).toBe(0);
  });
});
