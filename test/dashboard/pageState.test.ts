import { describe, expect, it } from 'vitest';
import type { Camera } from '../../src/dashboard/api/model.js';
import { matching } from '../../src/dashboard/parts/namePicker.js';
import { checkLine } from '../../src/dashboard/state/checkLines.js';
import { EVERYTHING, joined, queriesOf } from '../../src/dashboard/state/eventFilter.js';
import { parseFrame } from '../../src/dashboard/state/liveFrame.js';
import { maxRows, rowWindow } from '../../src/dashboard/state/rowWindow.js';
import { tilePlan } from '../../src/dashboard/state/tilePlan.js';
import { dayBounds, lengthOf } from '../../src/dashboard/state/times.js';
import { lanesOf } from '../../src/dashboard/state/visitLanes.js';
import { eventOnPage, personOnPage } from './samples.js';

describe('tilePlan', () => {
  const tile = (camera: string, width: number, isActive: boolean) => ({ camera, width, isActive });

  it('asks for moving pictures where somebody is, for one a minute elsewhere, for nothing in a hidden tab', () => {
    const tiles = [tile('yard', 400, false), tile('door', 700, true)];
    expect(tilePlan(tiles, true)).toEqual([
      { camera: 'door', width: 960, fps: 5 },
      { camera: 'yard', width: 480, fps: 1 / 60 },
    ]);
    expect(tilePlan(tiles, false)).toEqual([]);
  });

  it('asks once for a camera that is shown twice, as the larger one needs it', () => {
    expect(tilePlan([tile('door', 300, false), tile('door', 4000, true)], true)).toEqual([
      { camera: 'door', width: 1280, fps: 5 },
    ]);
  });
});

describe('parseFrame', () => {
  it('takes header and picture apart', async () => {
    const header = new TextEncoder().encode(JSON.stringify({ camera: 'door', at: 1, boxes: [] }));
    const message = new Uint8Array(4 + header.length + 3);
    new DataView(message.buffer).setUint32(0, header.length);
    message.set(header, 4);
    message.set([255, 216, 255], 4 + header.length);
    const { camera, jpeg } = parseFrame(message.buffer);
    expect(camera).toBe('door');
    expect([...new Uint8Array(await jpeg.arrayBuffer())]).toEqual([255, 216, 255]);
  });
});

describe('rowWindow', () => {
  it('draws the rows in sight and a few beyond, never any that do not exist', () => {
    expect(rowWindow(0, 560, 56, 10_000)).toEqual({ first: 0, end: 15 });
    expect(rowWindow(280_000, 560, 56, 10_000)).toEqual({ first: 4995, end: 5015 });
    expect(rowWindow(0, 560, 56, 3)).toEqual({ first: 0, end: 3 });
    const { first, end } = rowWindow(280_013, 575, 56, 10_000);
    expect(end - first).toBeLessThanOrEqual(maxRows(575, 56));
    expect(rowWindow(5000, 560, 56, 0)).toEqual({ first: 0, end: 0 });
  });
});

describe('queriesOf', () => {
  const people = [personOnPage('alice', 'Alice Adams'), personOnPage('bob')];
  const cameras = [{ id: 'door', name: 'Front door' }] as Camera[];

  const search = (text: string, change = {}) =>
    queriesOf({ ...EVERYTHING, search: text, ...change }, people, cameras).map(({ person, camera }) => [
      person,
      camera,
    ]);

  it('searches names of people and of cameras, and for who is called exactly that', () => {
    expect(search('adam')).toEqual([['alice,adam', undefined]]);
    expect(search('front')).toEqual([
      ['front', undefined],
      [undefined, 'door'],
    ]);
    // Pasted, or typed on another system.
    expect(search('\u2068adam\u2069')).toEqual([['alice,adam', undefined]]);
    expect(search('Zoe\u0308')).toEqual([['Zo\u00eb', undefined]]);
  });

  it('searches within what is chosen', () => {
    expect(search('adam', { person: 'bob' })).toEqual([]);
    expect(search('front', { person: 'bob' })).toEqual([['bob', 'door']]);
    expect(search('adam', { camera: 'yard' })).toEqual([['alice,adam', 'yard']]);
  });

  it('passes filters on, and a day with its bounds', () => {
    const filter = { ...EVERYTHING, kind: 'match', day: '2026-11-27', reviewed: 'no' as const };
    const { from, to } = dayBounds('2026-11-27');
    expect(queriesOf(filter, people, cameras)).toEqual([
      { kind: 'match', from: String(from), to: String(to), reviewed: false },
    ]);
  });
});

describe('joined', () => {
  it('appends older events, none of them twice', () => {
    const events = joined([eventOnPage(9), eventOnPage(7)], [eventOnPage(7), eventOnPage(5)]);
    expect(events.map(({ seq }) => seq)).toEqual([9, 7, 5]);
  });
});

describe('lanesOf', () => {
  it('places visits on the day, those that go on until now, the busiest lane first', () => {
    const visit = (person: string, startedAt: string, endedAt: string | null) => ({
      person,
      displayName: null,
      camera: 'door',
      startedAt,
      endedAt,
      firstSeq: 1,
      lastSeq: 2,
    });
    const from = Date.UTC(2026, 10, 27);
    const day = { from, to: from + 86_400_000, now: from + 43_200_000 };
    const lanes = lanesOf(
      [
        visit('bob', '2026-11-27T06:00:00Z', null),
        visit('alice', '2026-11-26T23:00:00Z', '2026-11-27T06:00:00Z'),
        visit('alice', '2026-11-27T23:59:59Z', null),
      ],
      'person',
      day,
    );
    expect(lanes.map(({ key }) => key)).toEqual(['alice', 'bob']);
    expect(lanes[1].spans[0]).toMatchObject({ left: 0.25, width: 0.25 });
    expect(lanes[0].spans[0]).toMatchObject({ left: 0, width: 0.25 });
    const { left, width } = lanes[0].spans[1];
    expect(left + width).toBeLessThanOrEqual(1);
  });
});

describe('checkLine', () => {
  it.each([
    ['similarity', 'similarity 0.31 < 0.35', 'Likeness', '0.31', '≥ 0.35'],
    ['size', 'size 123 px >= 60 px', 'Size', '123 px', '≥ 60 px'],
    ['yaw', 'yaw 7° <= 40°', 'Turned sideways', '7°', '≤ 40°'],
  ])('puts %s into plain words', (name, text, label, value, needs) => {
    const line = checkLine({ name, value: 1, limit: 2, passed: false, text });
    expect(line).toMatchObject({ label, value, needs, passed: false });
  });

  it('shows a small chance as one that is not 0', () => {
    const name = 'odds that the name is wrong';
    const line = (value: number) =>
      checkLine({ name, value, limit: 0.001, passed: true, text: `${name} 0.0000 <= 0.0010` }).value;
    expect([line(2e-14), line(0)]).toEqual(['< 0.0001', '0.0000']);
  });

  it('shows a check without a limit, and one that it does not know', () => {
    const good = { name: 'good looks', value: 3, limit: null, passed: true, text: 'good looks 3 of 4' };
    expect(checkLine(good)).toMatchObject({ label: 'Good looks', value: '3 of 4', needs: null });
    const other = { name: 'gait', value: null, limit: null, passed: true, text: 'gait as usual' };
    expect(checkLine(other)).toMatchObject({ label: 'gait', value: 'as usual' });
  });
});

describe('matching', () => {
  it('finds people by any part of their names, those that begin with it first', () => {
    const people = [personOnPage('x', 'Marie Anne'), personOnPage('anna'), personOnPage('bob')];
    expect(matching(people, 'AN').map(({ name }) => name)).toEqual(['anna', 'x']);
    expect(matching(people, '')).toHaveLength(3);
  });
});

describe('lengthOf', () => {
  it.each([
    [-5, '0 s'],
    [3000, '3 s'],
    [4200, '4.2 s'],
    [12_900, '12 s'],
    [200_000, '3 min'],
    [7_500_000, '2 h 5 min'],
    [3 * 86_400_000, '3 d'],
  ])('%i ms is %s', (ms, text) => {
    expect(lengthOf(ms)).toBe(text);
  });
});
