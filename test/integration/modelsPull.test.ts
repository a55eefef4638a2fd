import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { finish, spotter, start } from '../helpers/cli.js';
import { eventually } from '../helpers/daemon.js';
import { type Answerer, type FileServer, fileServer, sendFile, sendHalf } from '../helpers/fileServer.js';
import { hopper, needShared } from '../helpers/paths.js';
import { namesIn, partIn } from '../helpers/pulled.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { makeCertificates, startTls } from '../helpers/tls.js';

const FILE = 'face_detection_yunet_2023mar.onnx';
let yunet: Buffer;

beforeEach((context) => {
  yunet = readFileSync(needShared(context, `models/${FILE}`));
});

/** Sends half of the file, waits, and sends the rest to whoever asks again. */
const halfFirst: Answerer = (request, response, number) =>
  number === 1 ? sendHalf(response, yunet, () => {}) : sendFile(request, response, yunet);

async function halfPulled(cwd: string, server: FileServer) {
  const child = start(['models', 'pull', 'yunet', '--from', server.url], { cwd });
  const models = path.join(cwd, 'models');
  await eventually(
    () => statSync(partIn(models), { throwIfNoEntry: false })?.size,
    (size) => size === Math.floor(yunet.length / 2),
  );
  return { child, models };
}

describe('spotter models pull', () => {
  it('goes on where a killed one has ended, and the model works', async () => {
    const cwd = temporaryFolder();
    const server = await fileServer(halfFirst);
    const { child, models } = await halfPulled(cwd, server);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(existsSync(path.join(models, FILE))).toBe(false);

    const pulled = await spotter(['models', 'pull', 'yunet', '--from', server.url], { cwd });
    expect(pulled).toMatchObject({ code: 0, stdout: `yunet: installed, ${path.join(models, FILE)}\n` });
    expect(pulled.stderr).toBe('yunet: 0.2 MB, MIT\n');
    expect(server.requests[1].headers.range).toBe(`bytes=${Math.floor(yunet.length / 2)}-`);
    expect(namesIn(models)).toEqual([FILE]);

    const detected = await spotter(['detect', hopper, '--detector', 'yunet'], { cwd });
    expect(JSON.parse(detected.stdout).faces).toHaveLength(1);
  });

  it('ends with 130 on Ctrl-C and leaves what it has', async () => {
    const cwd = temporaryFolder();
    const server = await fileServer(halfFirst);
    const { child, models } = await halfPulled(cwd, server);
    const finishing = finish(child);
    child.kill('SIGINT');
    const { code, stderr } = await finishing;
    expect({ code, last: stderr.trim().split('\n').at(-1) }).toEqual({
      code: 130,
      last: `spotter: ${FILE}: interrupted after 0.1 MB of 0.2 MB; run the command again to go on from there`,
    });
    expect(namesIn(models)).toEqual([`${FILE}.part-free`]);
  });

  it('verifies certificates, and heeds HTTPS_PROXY and NO_PROXY', async () => {
    const server = await fileServer((request, response) => sendFile(request, response, yunet));
    const certificates = makeCertificates();
    const port = await startTls(Number(new URL(server.url).port), certificates);
    const tunnels: string[] = [];
    const proxy = createServer().listen(0, '127.0.0.1');
    proxy.on('connect', (request, client) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      const far = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        far.pipe(client).pipe(far);
      });
      for (const socket of [far, client]) socket.on('error', () => client.destroy());
    });
    onTestFinished(() => void proxy.close());
    await once(proxy, 'listening');
    const HTTPS_PROXY = `http://me:hunter22@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const trusting = { HTTPS_PROXY, NODE_EXTRA_CA_CERTS: certificates.ca };
    const pull = (environment: Record<string, string>) => {
      const options = { cwd: temporaryFolder(), env: { ...process.env, ...environment } };
      return spotter(['models', 'pull', 'yunet', '--from', `https://localhost:${port}/x`], options);
    };
    const [direct, proxied] = await Promise.all([
      pull({ ...trusting, NO_PROXY: 'localhost' }),
      pull(trusting),
    ]);
    expect([direct.code, proxied.code]).toEqual([0, 0]);
    const login = Buffer.from('me:hunter22').toString('base64');
    expect(tunnels).toEqual([`localhost:${port} Basic ${login}`]);
  });
});
