import type { LatencyRow } from './latency.js';

const WIDTH = 640;
const HEIGHT = 320;
const MARGIN = { left: 56, right: 90, top: 28, bottom: 44 };
const LINES = [
  { name: 'p50', colour: '#2a7f62' },
  { name: 'p95', colour: '#c58b1b' },
  { name: 'p99', colour: '#b3412e' },
] as const;

/** Plots the latency from capture to event over the number of cameras, as SVG. */
export function plotLatency(rows: readonly LatencyRow[], title: string): string {
  const highest = Math.max(1, ...rows.map(({ published }) => published.p99).filter(Number.isFinite));
  const step = niceStep(highest / 5);
  const top = Math.ceil(highest / step) * step;
  const x = (index: number) =>
    MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * index) / Math.max(1, rows.length - 1);
  const y = (ms: number) => HEIGHT - MARGIN.bottom - ((HEIGHT - MARGIN.top - MARGIN.bottom) * ms) / top;
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step).map(
    (ms) =>
      `<path d="M${MARGIN.left} ${y(ms).toFixed(1)}H${WIDTH - MARGIN.right}" stroke="#8884"/>` +
      `<text x="${MARGIN.left - 8}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${ms}</text>`,
  );
  const ticks = rows.map(
    ({ cameras }, index) =>
      `<text x="${x(index).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${cameras}</text>`,
  );
  const lines = LINES.map(({ name, colour }) => {
    const points = rows.map(({ published }, index) => [x(index), y(published[name])] as const);
    const last = points.at(-1);
    const dots = points.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`,
    );
    return (
      `<polyline points="${points.map((point) => point.map((v) => v.toFixed(1)).join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      dots.join('') +
      (last
        ? `<text x="${(last[0] + 10).toFixed(1)}" y="${(last[1] + 4).toFixed(1)}" fill="${colour}">${name}</text>`
        : '')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#777">`,
    `<text x="${MARGIN.left}" y="18">${title}, capture to event in ms</text>`,
    ...grid,
    ...ticks,
    `<text x="${(WIDTH - MARGIN.right + MARGIN.left) / 2}" y="${HEIGHT - 8}" text-anchor="middle">cameras</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}
