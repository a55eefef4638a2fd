import { describe, expect, it } from 'vitest';
import type { SpotterEvent } from '../../../src/events/event.js';
import { type FormatOptions, MessageFormat } from '../../../src/events/sinks/messageFormat.js';
import { spotterEvent } from '../../helpers/events.js';

const messageOf = (options: FormatOptions, change: Partial<SpotterEvent> = {}) =>
  new MessageFormat(options).messageOf(spotterEvent(change));
const bodyOf = (options: FormatOptions, change: Partial<SpotterEvent> = {}) =>
  JSON.parse(messageOf(options, change).body);

const evil = { displayName: '@everyone <!channel> <b>&*x*_' };
const SNAPSHOT = { snapshot: '/api/v1/events/1/snapshot.jpg' };
const LINK = 'https://spotter.example/base/api/v1/events/1/snapshot.jpg';
const linkBase = 'https://spotter.example/base/';

describe('MessageFormat', () => {
  it('sends the event itself by default', () => {
    const event = spotterEvent();
    expect(new MessageFormat({}).messageOf(event)).toEqual({
      body: JSON.stringify({ type: 'event', ...event }),
      headers: { 'content-type': 'application/json' },
    });
  });

  it('writes for Discord, and lets nobody be mentioned', () => {
    expect(bodyOf({ format: 'discord' })).toEqual({
      content: 'alice at door (similarity 0.60)',
      allowed_mentions: { parse: [] },
    });
    const { content } = bodyOf({ format: 'discord' }, evil);
    expect(content).not.toMatch(/@everyone|(?<!\\)[<>*_]/);
  });

  it('shows the display names of candidates and of a withdrawn name', () => {
    const names: Record<string, string> = { alice: 'Alice Liddell', bob: 'Bob *' };
    const shownName = (person: string) => names[person];
    const change: Partial<SpotterEvent> = {
      kind: 'ambiguous',
      person: null,
      candidates: ['alice', 'bob'],
      withdrawn: 'bob',
    };
    expect(messageOf({ format: 'ntfy', shownName }, change).body).toBe(
      'Alice Liddell or Bob * at door, not Bob *',
    );
    expect(bodyOf({ format: 'discord', shownName }, change).content).toContain('Alice Liddell or Bob \\*');
    expect(bodyOf({ format: 'template', template: '{"t": "{{text}}"}', shownName }, change).t).toContain(
      'Bob *',
    );
  });

  it('writes for Slack, with &, < and > escaped', () => {
    expect(bodyOf({ format: 'slack' })).toEqual({ text: 'alice at door (similarity 0.60)', mrkdwn: false });
    const { text } = bodyOf({ format: 'slack' }, evil);
    expect(text).toContain('&lt;!channel&gt; &lt;b&gt;&amp;*x*_ at door');
    expect(text).not.toMatch(/[<>]|@everyone/);
  });

  it('writes for Telegram, without a mode that gives characters a meaning', () => {
    const body = bodyOf({ format: 'telegram', chatId: -100123 });
    expect(body).toMatchObject({ chat_id: -100123, text: 'alice at door (similarity 0.60)' });
    expect(body).not.toHaveProperty('parse_mode');
    expect(bodyOf({ format: 'telegram', chatId: '@house' }, evil).text).not.toContain('@everyone');
  });

  it('writes text for ntfy, with a title in ASCII', () => {
    expect(messageOf({ format: 'ntfy' }, { kind: 'visit_started', displayName: 'Zoë' })).toEqual({
      body: 'Zoë arrived at door',
      headers: { 'content-type': 'text/plain; charset=utf-8', title: 'spotter: visit started' },
    });
  });

  it('links the snapshot where there is one and an address is configured', () => {
    expect(bodyOf({ format: 'discord', linkBase }, SNAPSHOT).content).toBe(
      `alice at door (similarity 0.60)\n${LINK}`,
    );
    expect(bodyOf({ format: 'slack', linkBase }, SNAPSHOT).text).toContain(LINK);
    expect(bodyOf({ format: 'telegram', chatId: 1, linkBase }, SNAPSHOT).text).toContain(LINK);
    expect(messageOf({ format: 'ntfy', linkBase }, SNAPSHOT).headers.click).toBe(LINK);
    expect(bodyOf({ format: 'discord', linkBase }).content).not.toContain('http');
    expect(bodyOf({ format: 'discord' }, SNAPSHOT).content).not.toContain('http');
  });

  it('writes a link that fits into a header, whatever the configured address contains', () => {
    const address = 'https://spötter.example/böse\n/';
    const { headers } = messageOf({ format: 'ntfy', linkBase: address }, SNAPSHOT);
    expect(headers.click).toBe('https://xn--sptter-xxa.example/b%C3%B6se/api/v1/events/1/snapshot.jpg');
  });

  it('fills a template as its content type needs it', () => {
    const json = {
      format: 'template',
      template: '{"m":"{{text}}","p":{{similarity}},"s":{{snapshot}}}',
    } as const;
    expect(bodyOf(json, evil)).toEqual({
      m: `${evil.displayName} at door (similarity 0.60)`,
      p: 0.6,
      s: null,
    });
    const form = { format: 'template', template: 'token=x&m={{displayName}}' } as const;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(messageOf({ ...form, headers }, { displayName: 'A&B' })).toEqual({
      body: 'token=x&m=A%26B',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });
});
