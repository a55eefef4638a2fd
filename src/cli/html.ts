import { visible } from '../core/visible.js';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of others for HTML, also in attributes: markup is shown, and so are control characters; see {@link visible}. */
export function html(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
}

/** A name within a sentence: one that is written from right to left leaves the order of the rest alone. */
export function htmlName(name: string): string {
  return `<bdi>${html(name)}</bdi>`;
}

/** The same for a path: it is read from the left, whatever the script of its parts. */
export function htmlPath(name: string): string {
  return `<bdi dir="ltr">${name.split('/').map(htmlName).join('/')}</bdi>`;
}
