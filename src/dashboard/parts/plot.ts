import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clockOf, hourOf } from '../state/times.js';

export interface ChartLine {
  label: string;
  /** Null where nothing was measured. */
  values: readonly (number | null)[];
}

const HEIGHT = 190;
/** Px between two times, which are longest as `11:35:20 AM`. */
const TIME_WIDTH = 80;
/** Told apart on light and on dark. */
const COLOURS = ['#3b82f6', '#10a56b', '#d9870a', '#9461e8', '#e0507f', '#1398ad', '#8a94a3', '#c2621b'];

/**
 * Draws values over time, and again when the width of the element changes.
 *
 * @param at Unix times, ms
 * @returns removes the drawing
 */
export function plot(
  element: HTMLElement,
  at: readonly number[],
  lines: readonly ChartLine[],
  digits: number,
): () => void {
  const grid = { stroke: colourOf(element, '--line'), width: 1 };
  const axis = { stroke: colourOf(element, '--muted'), grid, ticks: { show: false } };
  const times = {
    ...axis,
    size: 30,
    space: TIME_WIDTH,
    values: (_: UPlot, seconds: number[], __: number, ___: number, step: number) =>
      seconds.map((second) => (step < 60 ? clockOf : hourOf)(second * 1000)),
  };
  const chart = new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      // Room for half of the last time.
      padding: [null, TIME_WIDTH / 2, null, null],
      cursor: { points: { size: 6 } },
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
      axes: [times, { ...axis, size: 46 }],
      series: [
        { value: (_: UPlot, second: number | null) => (second === null ? '–' : clockOf(second * 1000)) },
        ...lines.map(({ label }, index) => ({
          label,
          stroke: COLOURS[index % COLOURS.length],
          width: 1.5,
          points: { show: false },
          value: (_: UPlot, value: number | null) => value?.toFixed(digits) ?? '–',
        })),
      ],
    },
    [at.map((time) => time / 1000), ...lines.map(({ values }) => [...values])],
    element,
  );
  const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

/** A colour of the theme as a canvas understands it. */
function colourOf(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}
