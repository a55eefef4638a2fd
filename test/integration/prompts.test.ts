import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileServer } from '../helpers/fileServer.js';
import { namesIn } from '../helpers/pulled.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { KEYS, Terminal } from '../helpers/terminal.js';

/** A server without any file, which shows what would be downloaded. */
const emptyServer = () => fileServer((_request, response) => response.writeHead(404).end());

/** Whatever goes out of this machine is refused here, and listed. */
async function refusingProxy(): Promise<{ env: NodeJS.ProcessEnv; wanted: string[] }> {
  const wanted: string[] = [];
  const proxy = createServer((request, response) => {
    wanted.push(request.url ?? '');
    response.writeHead(403).end();
  });
  proxy.on('connect', (request, socket) => {
    wanted.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { env: { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: '127.0.0.1' }, wanted };
}

/** @param cameras as in the configuration */
function home(cameras: string): { folder: string; file: string; before: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, 'config.yaml');
  mkdirSync(path.join(folder, 'gallery'));
  const before = `http:\n  port: 0\ncameras: ${cameras}\n`;
  writeFileSync(file, before);
  return { folder, file, before };
}

describe('a licence that forbids commercial use, on a terminal', () => {
  async function asked(context: Parameters<typeof Terminal.open>[0], keys: string) {
    const server = await emptyServer();
    const cwd = temporaryFolder();
    const terminal = Terminal.open(context, ['models', 'pull', 'scrfd-2.5g', '--from', server.url], { cwd });
    await terminal.see(/may not be used commercially \(licence: .*\)\. Accept it\? \[y\/N\] /);
    expect(server.requests).toEqual([]);
    terminal.type(keys);
    return { code: await terminal.end(), terminal, server, models: path.join(cwd, 'models') };
  }

  it.for(['y', ' YES '])('is accepted with %j', async (answer, context) => {
    const { terminal, server, models } = await asked(context, `${answer}${KEYS.enter}`);
    expect(server.requests.map(({ path: wanted }) => wanted)).toEqual(['/scrfd_2.5g_bnkps.onnx']);
    expect(terminal.printed).toContain('404');
    expect(namesIn(models)).toContain('accepted-licences.json');
  });

  it.for([
    ['n', `n${KEYS.enter}`],
    ['Enter alone', KEYS.enter],
    ['another word', `yess${KEYS.enter}`],
    ['the end of the input', KEYS.ctrlD],
  ])('is refused with %s, and nothing is downloaded', async ([, keys], context) => {
    const { code, terminal, server, models } = await asked(context, keys);
    expect(code).toBe(2);
    expect(terminal.printed).toMatch(
      /\nspotter: the licence is not accepted, and nothing was installed\r\n$/,
    );
    expect([server.requests, existsSync(models)]).toEqual([[], false]);
  });

  it('is not accepted with Ctrl-C, even behind a yes without Enter', async (context) => {
    const { code, terminal, server, models } = await asked(context, `y${KEYS.ctrlC}`);
    expect(code).toBe(130);
    expect(terminal.printed).toMatch(/\nspotter: interrupted; nothing was changed\r\n$/);
    expect([server.requests, existsSync(models)]).toEqual([[], false]);
  });
});

describe('spotter setup, on a terminal', () => {
  async function asked(context: Parameters<typeof Terminal.open>[0], keys: string) {
    const server = await emptyServer();
    // However slow the machine is at the moment, it has time for every pair.
    const { folder, file, before } = home('[{ id: a, url: "rtsp://127.0.0.1:1/", fps: 0.1 }]');
    const terminal = Terminal.open(context, ['setup', '--dir', folder, '--from', server.url]);
    await terminal.see(/: yunet \+ mobilefacenet .*\. Pull it and use it\? \[y\/N\] /);
    expect(server.requests).toEqual([]);
    terminal.type(keys);
    const code = await terminal.end();
    expect(readFileSync(file, 'utf8')).toBe(before);
    return { code, terminal, server, models: path.join(folder, 'models') };
  }

  it('pulls what it asks about after a yes, and leaves the configuration when that fails', async (context) => {
    const { code, server } = await asked(context, `y${KEYS.enter}`);
    expect(code).toBe(2);
    expect(server.requests[0].path).toBe('/face_detection_yunet_2023mar.onnx');
  });

  it('downloads and changes nothing after Enter, and says how to do it later', async (context) => {
    const { code, terminal, server, models } = await asked(context, KEYS.enter);
    expect(code).toBe(0);
    expect(terminal.printed).toMatch(/\nnothing was changed\r\nuse it later: .* setup --yes /);
    expect([server.requests, existsSync(models)]).toEqual([[], false]);
  });
});

describe('the first run on a terminal', () => {
  const QUESTION = /Measure which better ones this machine has room for \(a few seconds\)\? \[y\/N\] /;

  it('asks once, goes on after a no, and downloads nothing', async (context) => {
    const { env, wanted } = await refusingProxy();
    const { folder, file, before } = home('[]');
    const run = () => Terminal.open(context, ['run', '--dir', folder], { env });
    const first = run();
    await first.see(QUESTION);
    first.type(KEYS.enter);
    await first.see(/later: .*setup\r\n[\s\S]*INFO.*ready\b/);
    first.type(KEYS.ctrlC);
    expect(await first.end()).toBe(0);

    const second = run();
    await second.see(/INFO.*ready\b/);
    second.type(KEYS.ctrlC);
    expect(await second.end()).toBe(0);
    expect(second.printed).not.toMatch(QUESTION);
    expect([readFileSync(file, 'utf8'), wanted]).toEqual([before, []]);
  });

  it('measures after a yes, and then runs; still nothing is downloaded', async (context) => {
    const { env, wanted } = await refusingProxy();
    const { folder, file, before } = home('[]');
    const terminal = Terminal.open(context, ['run', '--dir', folder], { env });
    await terminal.see(QUESTION);
    terminal.type(`y${KEYS.enter}`);
    await terminal.see(/measuring this machine[\s\S]* stays: [\s\S]*INFO.*ready\b/);
    terminal.type(KEYS.ctrlC);
    expect(await terminal.end()).toBe(0);
    expect([readFileSync(file, 'utf8'), wanted]).toEqual([before, []]);
  });

  it('does not run after Ctrl-C', async (context) => {
    const { folder, file, before } = home('[]');
    const terminal = Terminal.open(context, ['run', '--dir', folder]);
    await terminal.see(QUESTION);
    terminal.type(KEYS.ctrlC);
    expect(await terminal.end()).toBe(130);
    expect(terminal.printed).toMatch(/\nspotter: interrupted; nothing was changed\r\n$/);
    expect(terminal.printed).not.toContain('ready');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
