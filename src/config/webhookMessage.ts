import { z } from 'zod';
import { describeError } from '../core/errors.js';
import { bodyMode, fillTemplate, parseTemplate } from '../core/template.js';
import { PLACEHOLDERS } from '../events/placeholders.js';

/** What the request of a webhook looks like. */
interface MessageSettings {
  format: string;
  template: string | null;
  chatId: string | number | null;
  headers: Record<string, string>;
}

/** Headers that frame the request, or that are ours. */
const RESERVED =
  /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|x-spotter-.*)$/i;

/** Schema of `webhooks[].headers`, without its default. */
export const headers = z
  .record(
    z
      .string()
      .max(100, 'must have at most 100 characters')
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header: letters, digits and hyphens')
      .refine((name) => !RESERVED.test(name), 'is set by spotter itself; remove it'),
    z
      .string()
      .max(4096, 'must have at most 4096 characters')
      .regex(/^[\x20-\x7e]*$/, 'must be ASCII characters on one line'),
  )
  .refine((all) => Object.keys(all).length <= 32, 'must have at most 32 headers')
  .refine(
    (all) => new Set(Object.keys(all).map((name) => name.toLowerCase())).size === Object.keys(all).length,
    'names a header twice; upper and lower case are the same',
  );

/** Reports a template that does not fit, and settings without which a format cannot be sent. */
export function checkMessage(webhook: MessageSettings, context: z.RefinementCtx): void {
  const fail = (key: 'template' | 'chatId', message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { format, template, chatId } = webhook;
  if (format === 'telegram' && chatId === null)
    fail('chatId', 'format telegram needs the id of the chat; set chatId');
  if (format !== 'telegram' && chatId !== null)
    fail('chatId', 'applies to format telegram only; set that, or remove chatId');
  if (format !== 'template' && template !== null)
    fail('template', 'applies to format template only; set that, or remove the template');
  if (format !== 'template') return;
  const fault =
    template === null || template === ''
      ? 'format template needs a body; set template'
      : templateFault(template, webhook.headers);
  if (fault !== null) fail('template', fault);
}

function templateFault(text: string, all: Record<string, string>): string | null {
  const mode = bodyMode(all);
  try {
    const template = parseTemplate(text, mode, PLACEHOLDERS);
    if (mode !== 'json') return null;
    try {
      // An event may have a value or none. A text shows a placeholder that is part of an escape, such as \{{kind}}.
      for (const value of [null, 'x']) {
        const sample = Object.fromEntries(PLACEHOLDERS.map((name) => [name, value]));
        JSON.parse(fillTemplate(template, sample));
      }
      return null;
    } catch (error) {
      return `is not JSON: ${describeError(error)}; correct it, or set another Content-Type in headers`;
    }
  } catch (error) {
    return describeError(error);
  }
}
