import { bodyMode, fillTemplate, parseTemplate, type Template } from '../../core/template.js';
import type { SpotterEvent } from '../event.js';
import { eventText, type WriteName } from '../eventText.js';
import { PLACEHOLDERS, placeholderValues } from '../placeholders.js';

/** How an event is put into the body of a request. */
export interface FormatOptions {
  /** `json`: the event itself; a chat service; or `template`. */
  format?: 'json' | 'discord' | 'slack' | 'telegram' | 'ntfy' | 'template';
  /** Body with placeholders; only with the format `template`. */
  template?: string | null;
  /** The chat; only with the format `telegram`. */
  chatId?: string | number | null;
  /** Address under which people reach the HTTP server of spotter; null: no links. */
  linkBase?: string | null;
  /** Headers of the request, in addition or in place of ours. */
  headers?: Readonly<Record<string, string>>;
  /** How somebody is shown whom the event does not name, such as a candidate; default: by the name. */
  shownName?: (person: string) => string;
}

/** Body and headers of a request; names of headers in lower case. */
export interface Message {
  body: string;
  headers: Record<string, string>;
}

const JSON_TYPE = 'application/json';
/** Invisible; a chat service sees no mention behind it. */
const BREAK = '\u200b';

/** Names that no service takes for a mention or for formatting. */
const DISCORD: WriteName = (name) => unmentioned(name).replace(/[\\*_~`|<>[\]#]/g, '\\$&');
const SLACK: WriteName = (name) => slackEscaped(unmentioned(name));

/** Puts events into the form that a service expects. */
export class MessageFormat {
  readonly #options: FormatOptions;
  readonly #headers: Record<string, string>;
  readonly #template: Template | null;

  /** @throws Error when the template is not valid; the configuration has been checked */
  constructor(options: FormatOptions) {
    this.#options = options;
    this.#headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const mode = bodyMode(this.#headers);
    this.#template =
      options.format === 'template' ? parseTemplate(options.template ?? '', mode, PLACEHOLDERS) : null;
  }

  /** Whether a 2xx may still mean that the message was not accepted: `{"ok":false}`. */
  get hasOwnVerdict(): boolean {
    return this.#options.format === 'telegram' || this.#options.format === 'slack';
  }

  /** The request for an event. */
  messageOf(event: SpotterEvent): Message {
    const { body, headers } = this.#written(event);
    return { body, headers: { ...headers, ...this.#headers } };
  }

  #written(event: SpotterEvent): Message {
    const link = this.#linkOf(event);
    const { shownName } = this.#options;
    const textOf = (writeName?: WriteName) => eventText(event, writeName, shownName);
    const json = (value: object) => ({
      body: JSON.stringify(value),
      headers: { 'content-type': JSON_TYPE },
    });
    const withLink = (text: string) => (link === null ? text : `${text}\n${link}`);
    switch (this.#options.format ?? 'json') {
      case 'json':
        return json({ type: 'event', ...event });
      case 'discord':
        return json({ content: withLink(textOf(DISCORD)), allowed_mentions: { parse: [] } });
      case 'slack':
        return json({
          text: `${textOf(SLACK)}${link === null ? '' : `\n${slackEscaped(link)}`}`,
          mrkdwn: false,
        });
      case 'telegram':
        return json({
          chat_id: this.#options.chatId,
          text: withLink(textOf(unmentioned)),
          link_preview_options: { is_disabled: true },
        });
      case 'ntfy':
        return {
          body: textOf(),
          headers: {
            'content-type': 'text/plain; charset=utf-8',
            title: `spotter: ${event.kind.replaceAll('_', ' ')}`,
            ...(link !== null && { click: link }),
          },
        };
      case 'template':
        return {
          body: this.#template ? fillTemplate(this.#template, placeholderValues(event, link, shownName)) : '',
          headers: { 'content-type': JSON_TYPE },
        };
    }
  }

  #linkOf({ snapshot }: SpotterEvent): string | null {
    const { linkBase } = this.#options;
    if (snapshot === null || !linkBase) return null;
    // As a header, only ASCII on one line can be sent.
    return new URL(`${linkBase.replace(/\/+$/, '')}${snapshot}`).href;
  }
}

function unmentioned(name: string): string {
  return name.replaceAll('@', `@${BREAK}`);
}

function slackEscaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
