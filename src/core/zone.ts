/** A day and a few hours: no zone's midnight is further than this from that of UTC. */
const FURTHEST_MS = 30 * 3_600_000;

/** Whether a text is the name of a time zone in the IANA database, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][\w+\-/]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first moment of a day, Unix ms. That is midnight, or what follows where the clocks are put forward over midnight.
 *
 * @param day a valid date, YYYY-MM-DD
 * @param zone see {@link isZone}; default: the zone of this process
 * @throws RangeError for a zone that is none
 */
export function startOfDay(day: string, zone?: string): number {
  const wall = new Intl.DateTimeFormat('en', {
    ...(zone !== undefined && { timeZone: zone }),
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  const dateAt = (unixMs: number) => {
    const parts = Object.fromEntries(wall.formatToParts(unixMs).map(({ type, value }) => [type, value]));
    return `${parts.year.padStart(4, '0')}-${parts.month.padStart(2, '0')}-${parts.day.padStart(2, '0')}`;
  };
  const midnightUtc = Date.parse(day);
  let before = midnightUtc - FURTHEST_MS;
  let start = midnightUtc + FURTHEST_MS;
  // The date of a zone only moves forward, so the moment it changes is found by halving; an offset may change on that very day.
  while (start - before > 1) {
    const middle = Math.floor((before + start) / 2);
    if (dateAt(middle) < day) before = middle;
    else start = middle;
  }
  return start;
}
