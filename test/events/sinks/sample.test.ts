import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { schema } from '../../../src/config/schema.js';
import { EVENT_KINDS } from '../../../src/events/event.js';
import { eventText } from '../../../src/events/eventText.js';
import { PLACEHOLDERS } from '../../../src/events/placeholders.js';
import { MessageFormat } from '../../../src/events/sinks/messageFormat.js';
import { WebhookSink } from '../../../src/events/sinks/webhook.js';
import { lineMatching } from '../../helpers/cli.js';
import { MemoryLog } from '../../helpers/eventLog.js';
import { spotterEvent } from '../../helpers/events.js';
import { root } from '../../helpers/paths.js';
import { drive, until } from '../../helpers/sinks.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const page = readFileSync(path.join(root, 'docs/sinks.md'), 'utf8');
/** The code blocks of a language. @param name behind it; empty: any */
const blocks = (language: string, name = '') =>
  [
    ...page.matchAll(new RegExp(`\`\`\`${language}${name && ` ${name}`}[^\\n]*\\n([\\s\\S]*?)\`\`\``, 'g')),
  ].map(([, code]) => code);

describe('docs/sinks.md', () => {
  const seen = spotterEvent({ camera: 'front-door', similarity: 0.62 });
  const webhooksOf = (name: string) => schema.parse(parse(blocks('yaml', name)[0])).webhooks;

  it('has samples of the configuration that are valid', () => {
    const samples = blocks('yaml').filter((code) => /^(webhooks|mqtt):/.test(code));
    expect(samples.length).toBeGreaterThanOrEqual(5);
    for (const sample of samples) expect(schema.safeParse(parse(sample)).error).toBeUndefined();
  });

  it('shows the bodies that chat services get', () => {
    for (const webhook of webhooksOf('chat'))
      expect(page).toContain(
        `| \`${webhook.format}\` | \`${new MessageFormat(webhook).messageOf(seen).body}\``,
      );
    const [own, pushover] = webhooksOf('template').map(
      (webhook) => new MessageFormat(webhook).messageOf(seen).body,
    );
    expect(page).toContain(`The first sends \`${own}\``);
    expect(pushover).toMatch(/&message=alice%20at%20front-door%20\(similarity%200\.62\)$/);
  });

  it('shows the text of every kind of event, and every placeholder', () => {
    const change = {
      ...{ candidates: ['alice', 'bob'], from: '2026-11-23T10:00:00.000Z', to: '2026-11-23T10:00:09.000Z' },
      cause: 'engine_died' as const,
    };
    for (const kind of EVENT_KINDS)
      expect(page).toMatch(
        new RegExp(`^\\| .*\`${kind}\`.* \\| \`${escaped(eventText({ ...seen, ...change, kind }))}\``, 'm'),
      );
    expect(PLACEHOLDERS.filter((name) => !page.includes(`\`{{${name}}}\``))).toEqual([]);
  });
});

function escaped(text: string): string {
  return text.replace(/[.()]/g, '\\$&');
}

it('the sample in docs/sinks.md takes what is signed, and nothing else', async () => {
  const [code] = blocks('js', 'verify.mjs');
  const file = path.join(temporaryFolder(), 'verify.mjs');
  writeFileSync(file, code);
  const secret = 'sixteen characters at least';
  const env = { ...process.env, SPOTTER_SECRET: secret, PORT: '0' };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ready = await lineMatching(child, 'stdout', /^ready \d+$/);
  const printed: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => printed.push(line));
  const url = `http://127.0.0.1:${ready.split(' ')[1]}/`;
  const filters = { cameras: [], people: [], kinds: [], notifyOnly: false };
  const options = { id: 'sample', url, ...filters, timeoutMs: 10_000, giveUpMs: 60_000 };
  const log = new MemoryLog();
  const good = await drive(new WebhookSink({ ...options, secret }, '1'), { log });
  log.commit();
  await until(() => printed.length === 1 && good.outcomes.length === 1);
  expect(printed).toEqual(['1 match door alice']);
  expect(good.outcomes).toEqual(['delivered']);
  await good.driver.stop();
  const bad = await drive(new WebhookSink({ ...options, secret: 'another secret, as long' }, '1'), { log });
  log.commit();
  await until(() => bad.outcomes.length === 1);
  expect(bad.outcomes).toEqual(['dead_letter']);
  expect(log.letters[0].reason).toContain('403 Forbidden');
});
