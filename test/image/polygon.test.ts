import { describe, expect, it } from 'vitest';
import { isMasked, type Polygon, zonesAt } from '../../src/image/polygon.js';

const size = { width: 200, height: 100 };
/** A box of 10 px around a position in px. */
const at = (x: number, y: number) => ({ x1: x - 5, y1: y - 5, x2: x + 5, y2: y + 5 });

const left: Polygon = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];
/** The letter U: open at the top between 0.4 and 0.6. */
const concave: Polygon = [
  [0.2, 0],
  [0.4, 0],
  [0.4, 0.6],
  [0.6, 0.6],
  [0.6, 0],
  [0.8, 0],
  [0.8, 1],
  [0.2, 1],
];

describe('zonesAt and isMasked', () => {
  it('place a face by its centre, in relative coordinates of each axis', () => {
    expect(isMasked([left], at(99, 50), size)).toBe(true);
    expect(isMasked([left], at(101, 50), size)).toBe(false);
    expect(isMasked([left], at(50, 101), size)).toBe(false);
  });

  it('accept concave outlines', () => {
    expect(isMasked([concave], at(60, 30), size)).toBe(true);
    expect(isMasked([concave], at(100, 30), size)).toBe(false);
    expect(isMasked([concave], at(100, 80), size)).toBe(true);
  });

  it('contain what a self-crossing outline goes around once', () => {
    const hourglass: Polygon = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    expect(isMasked([hourglass], at(100, 20), size)).toBe(true);
    expect(isMasked([hourglass], at(100, 80), size)).toBe(true);
    expect(isMasked([hourglass], at(20, 50), size)).toBe(false);
  });

  it('assign each position to one of two zones that share an edge', () => {
    const right: Polygon = left.map(([x, y]) => [x + 0.5, y]);
    const zones = [
      { name: 'left', points: left },
      { name: 'right', points: right },
    ];
    for (const x of [1, 99, 100, 101, 199]) expect(zonesAt(zones, at(x, 50), size)).toHaveLength(1);
  });

  it('list all overlapping zones, in their order', () => {
    const zones = [
      { name: 'u', points: concave },
      { name: 'left', points: left },
    ];
    expect(zonesAt(zones, at(60, 30), size)).toEqual(['u', 'left']);
    expect(zonesAt(zones, at(190, 30), size)).toEqual([]);
  });

  it('contain nobody in a zone without area', () => {
    const line: Polygon = [
      [0, 0.5],
      [1, 0.5],
      [0.5, 0.5],
    ];
    expect(isMasked([line], at(100, 50), size)).toBe(false);
    expect(isMasked([], at(100, 50), size)).toBe(false);
  });
});
