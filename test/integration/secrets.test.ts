import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { finish, spotter, start } from '../helpers/cli.js';
import { eventually, Listener, metricsOf } from '../helpers/daemon.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { commandLines } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Realistic passwords with a common beginning that does not occur by chance. */
const PASSWORDS = [
  'Qz7vXplain',
  'Qz7v:colon:Xx',
  'Qz7v@at@Xx',
  'Qz7v/slash/Xx',
  'Qz7v?query=Xx',
  'Qz7v%percentXx',
  'Qz7v%40encodedXx',
  'Qz7v\'quote"Xx',
  'Qz7v$&{(dollar)}Xx',
  'Qz7v\\back^slash|Xx',
  'Qz7vümläut-Ωmega',
  'Qz7v.*+[regex]Xx',
  'Qz7vXplain-and-more',
];
/** Their common beginning: must not appear in any output. */
const CANARY = /Qz7v/i;

/** A server that answers every request with a web page. */
async function webPage(): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<html>no video</html>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

describe('spotter run: the password of a camera', () => {
  it('appears in no output, whatever characters it has and whatever fails', async (context) => {
    needRtsp(context);
    const folder = temporaryFolder();
    const { port: guarded } = await startRtsp({ clip: demoClip, users: [['somebody', 'else']] });
    const page = await webPage();
    const hosts = [`127.0.0.1:${guarded}/cam`, '127.0.0.1:9/cam', 'no-such-host.invalid/cam'];
    const environment: NodeJS.ProcessEnv = { ...process.env };
    const cameras = PASSWORDS.flatMap((password, index) => {
      const host = hosts[index % hosts.length];
      environment[`DOOR_PASSWORD_${index}`] = password;
      writeFileSync(path.join(folder, `secret-${index}`), `${password}\n`);
      return [
        { id: `plain-${index}`, url: `rtsp://user:${password}@${host}` },
        { id: `variable-${index}`, url: `rtsp://user:\${DOOR_PASSWORD_${index}}@${host}` },
        { id: `file-${index}`, url: `http://user:\${file:secret-${index}}@127.0.0.1:${page}/` },
      ];
    });
    const file = path.join(folder, 'config.yaml');
    // On a busy machine the last of so many ffmpegs starts late.
    const watchdog = { connectMs: 60_000 };
    const text = JSON.stringify({ cameras, gallery: demoGallery, http: { port: 0 }, watchdog });
    writeFileSync(file, text);

    const shown = await spotter(['config', 'show', '-c', file], { env: environment });
    expect(shown.code, shown.stderr).toBe(0);
    const mistaken = path.join(folder, 'mistaken.yaml');
    writeFileSync(mistaken, text.replace('"gallery"', '"galery"'));
    const checked = await spotter(['config', 'check', '-c', mistaken], { env: environment });
    expect(checked.code).toBe(2);

    const child = start(['run', '-c', file], { env: environment });
    const ended = finish(child);
    let log = '';
    child.stderr?.on('data', (data) => {
      log += data;
    });
    const address = await eventually(
      () => /metrics (http:\/\/[\d.:]+)\/metrics/.exec(log)?.[1] ?? '',
      (found) => found !== '',
    );
    const client = new Listener(address);
    const seen: string[] = [];
    await eventually(
      async () => {
        seen.push(commandLines());
        const up = (await metricsOf(address)).split('\n');
        return up.filter((line) => /state="(auth_failed|unreachable|no_video)"\} 1$/.test(line)).length;
      },
      (failed) => failed === cameras.length,
    );
    const metrics = await metricsOf(address);
    const messages = JSON.stringify(client.seen);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain('refuses the user name or the password');
    expect(messages).toContain('no_video');
    const everything = [
      shown.stdout,
      checked.stdout,
      checked.stderr,
      stdout,
      stderr,
      messages,
      metrics,
      ...seen,
    ];
    for (const output of everything) {
      const found = CANARY.exec(output);
      expect(found && output.slice(Math.max(0, found.index - 200), found.index + 100)).toBeNull();
    }
  });
});
