import { z } from 'zod';

/** A time, with its unit and range in its description. */
export function milliseconds(least: number, most: number, value: number, what: string) {
  return z.int().min(least).max(most).default(value).describe(`${what}, in ms, ${least} to ${most}.`);
}
