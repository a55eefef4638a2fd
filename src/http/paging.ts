import { z } from 'zod';

/** A page ends before it gets longer than this, even if fewer items than asked for fit. */
const MAX_PAGE_BYTES = 1 << 20;

/** The address of the next page in an answer. */
export const next = z.string().nullable().describe('Address of the next page; null on the last one.');

/** As many items as fit into {@link MAX_PAGE_BYTES}, at least one. */
export function firstOf<T extends { text: string }>(items: T[]): T[] {
  let bytes = 0;
  const end = items.findIndex(({ text }, index) => {
    bytes += Buffer.byteLength(text);
    return index > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end < 0 ? items : items.slice(0, end);
}

/** The address of the next page: the same request with one parameter replaced. */
export function nextAddress(url: string, parameter: string, position: number | string | undefined): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const parameters = new URLSearchParams(end < 0 ? '' : url.slice(end));
  parameters.set(parameter, String(position));
  return `${path}?${parameters}`;
}
