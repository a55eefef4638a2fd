import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { jsonLines, spotter } from '../helpers/cli.js';
import { configure, daemon, eventually } from '../helpers/daemon.js';
import { sparse } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { receiver } from '../helpers/receiver.js';

describe('spotter dead-letters', () => {
  it('lists, sends again and drops them while the daemon runs, and when it is stopped', async () => {
    const far = await receiver();
    far.answer = (response) => response.writeHead(400).end();
    const webhooks = `webhooks: ${JSON.stringify([{ id: 'hook', url: far.url }])}\n`;
    const config = configure([{ id: 'demo', url: sparse(demoClip) }], webhooks);
    const command = (...args: string[]) => spotter(['dead-letters', ...args, '-c', config]);
    const numbers = async () => {
      const { stdout } = await command('list', '--json');
      const [{ deadLetters }] = jsonLines<{ deadLetters: { number: number }[] }>(stdout);
      return deadLetters.map(({ number }) => number);
    };
    expect(await command('list')).toMatchObject({ code: 0, stdout: 'no dead letters\n' });

    const { child, address } = await daemon(config, '--events', 'off');
    await eventually(
      async () =>
        (await fetch(`${address}/api/v1/dead-letters`)).json() as Promise<{ deadLetters: object[] }>,
      ({ deadLetters }) => deadLetters.length >= 4,
    );
    const [first, second] = await numbers();
    expect(await command('list', '--limit', '1', '--sink', 'webhook:hook')).toMatchObject({
      stdout: expect.stringMatching(/webhook:hook {2}event \d+: .* answered 400 Bad Request\n$/),
    });
    expect(await command('resend', `${first}`)).toMatchObject({
      code: 1,
      stdout: '0 delivered, 1 not\n',
      stderr: expect.stringContaining('answered 400'),
    });
    far.answer = (response) => response.writeHead(204).end();
    expect(await command('resend', `${first}`)).toMatchObject({ code: 0, stdout: '1 delivered, 0 not\n' });
    expect(await command('drop', `${second}`)).toMatchObject({ code: 0, stdout: '1 dropped\n' });
    expect(await command('drop', `${second}`)).toMatchObject({ code: 1 });

    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    const left = await numbers();
    expect(left[0]).toBe(second + 1);
    expect(await command('resend', '--all')).toMatchObject({
      code: 0,
      stdout: `${left.length} delivered, 0 not\n`,
    });
    expect(await numbers()).toEqual([]);
    for (const args of [['resend'], ['drop', '1', '--all'], ['drop', 'x']])
      expect(await command(...args)).toMatchObject({ code: 2 });
  });
});
