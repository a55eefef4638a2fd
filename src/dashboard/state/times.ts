import { texts } from '../texts.js';

/** How times and lengths are shown. All in the language and time zone of the browser. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const HOUR_MINUTE = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY_MS = 24 * HOUR;

/** `14:03:22`. @param time ISO 8601, or Unix time in ms */
export const clockOf = (time: string | number) => CLOCK.format(new Date(time));

/** `14:03`. */
export const hourOf = (time: string | number) => HOUR_MINUTE.format(new Date(time));

/** `Fri, 27 Nov`. */
export const dayOf = (time: string | number) => DAY.format(new Date(time));

/** The hour today, else the day before it: `14:03`, `Thu, 26 Nov 14:03`. */
export function momentOf(time: string | number, now = Date.now()): string {
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  const hour = hourOf(time);
  return isToday ? hour : `${dayOf(time)} ${hour}`;
}

/** How long ago something was. */
export const ageOf = (ms: number) => (ms < 2 * SECOND ? texts.live.now : texts.live.age(lengthOf(ms)));

/** `4.2 s`, `12 s`, `3 min`, `2 h 5 min`, `3 d`: as exact as somebody would say it. */
export function lengthOf(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 10 * SECOND) return `${(length / SECOND).toFixed(length % SECOND === 0 ? 0 : 1)} s`;
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length >= 2 * DAY_MS) return `${Math.floor(length / DAY_MS)} d`;
  const minutes = Math.floor((length % HOUR) / MINUTE);
  return `${Math.floor(length / HOUR)} h${minutes > 0 ? ` ${minutes} min` : ''}`;
}

/** The value of `<input type="date">` for a moment, in local time. */
export function dateValue(time: number): string {
  const date = new Date(time);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The first day that is a whole one since 1970 in every time zone: earlier ones are those of a year that is still being typed. */
export const FIRST_DAY = '1970-01-02';

/** Beginning and end of a day of `<input type="date">`, Unix time in ms; 23 or 25 hours where the clocks change. */
export function dayBounds(value: string): { from: number; to: number } {
  const [year, month, day] = value.split('-').map(Number);
  return { from: +new Date(year, month - 1, day), to: +new Date(year, month - 1, day + 1) };
}

/** `1.2 MB`. */
export function bytesOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
