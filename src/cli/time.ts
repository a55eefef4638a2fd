/** Formats media time in ms as m:ss.t, from an hour on as h:mm:ss.t. */
export function formatTime(ms: number): string {
  const tenths = Math.round(ms / 100);
  const [hours, minutes, seconds] = [tenths / 36_000, (tenths / 600) % 60, (tenths / 10) % 60].map(
    Math.floor,
  );
  const ofMinute = `${two(seconds)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${ofMinute}` : `${minutes}:${ofMinute}`;
}

/** Formats Unix time in ms as the time of day here, hh:mm:ss. */
export function formatClock(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

/** Formats Unix time in ms as the day here, yyyy-mm-dd. */
export function formatDay(ms: number): string {
  const time = new Date(ms);
  return [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
