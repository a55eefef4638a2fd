import { describe, expect, it } from 'vitest';
import { isZone, startOfDay } from '../../src/core/zone.js';

describe('startOfDay', () => {
  it.each([
    ['2026-11-26', 'UTC', '2026-11-26T00:00:00Z'],
    ['2026-11-26', 'Europe/Berlin', '2026-11-25T23:00:00Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
    ['2026-11-26', 'Pacific/Kiritimati', '2026-11-25T10:00:00Z'],
    ['2026-11-26', 'Pacific/Pago_Pago', '2026-11-26T11:00:00Z'],
    ['2026-11-26', 'Asia/Kathmandu', '2026-11-25T18:15:00Z'],
    // Midnight does not exist: the clocks go from 23:59:59 to 1:00, or leave out a whole day.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
    // Midnight is there twice: the first one.
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00Z'],
  ])('of %s in %s is %s', (day, zone, start) => {
    expect(new Date(startOfDay(day, zone)).toISOString()).toBe(new Date(start).toISOString());
  });

  it('makes a day 23 or 25 hours long where the clocks change', () => {
    const hours = (day: string, next: string) =>
      (startOfDay(next, 'Europe/Berlin') - startOfDay(day, 'Europe/Berlin')) / 3_600_000;
    expect(hours('2026-03-28', '2026-03-29')).toBe(24);
    expect(hours('2026-03-29', '2026-03-30')).toBe(23);
    expect(hours('2026-10-25', '2026-10-26')).toBe(25);
  });

  it('is that of the process without a zone', () => {
    expect(startOfDay('2026-11-26')).toBe(new Date(2026, 10, 26).getTime());
  });

  it('is near the day for any year that can be written', () => {
    for (const day of ['0000-01-01', '0099-12-31', '9999-12-31'])
      expect(Math.abs(startOfDay(day, 'Asia/Tokyo') - Date.parse(day))).toBeLessThanOrEqual(30 * 3_600_000);
  });
});

describe('isZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'europe/berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    'is true for %s',
    (name) => {
      expect(isZone(name)).toBe(true);
    },
  );

  it.each(['', 'Middle/Earth', '+01:00', 'Europe/Berlin ', 'x'.repeat(100)])('is false for %j', (name) => {
    expect(isZone(name)).toBe(false);
  });
});
