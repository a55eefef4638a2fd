import { z } from 'zod';

/** A duration in whole ms; unit and range are appended to the description. */
export function milliseconds(least: number, most: number, value: number, what: string) {
  return z.int().min(least).max(most).default(value).describe(`${what}, in ms, ${least} to ${most}.`);
}
