import { histogramOf } from '../calibration/histogram.js';
import type { Calibration } from './calibrationLines.js';

/** Columns of one side of the plot. */
const BAR = 24;
/** Width of a bin of the plot. */
export const BIN_WIDTH = 0.05;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Two histograms side by side, with a line at the threshold. */
export function plotLines({ sources, current }: Pick<Calibration, 'sources' | 'current'>): string[] {
  const { known, strangers } = sources.trials;
  const { threshold } = current;
  const bins = histogramOf(
    {
      known: known.map(({ similarity }) => similarity),
      strangers: strangers.map(({ similarity }) => similarity),
    },
    BIN_WIDTH,
    threshold,
  );
  const most = { known: 1, strangers: 1 };
  for (const bin of bins) {
    most.known = Math.max(most.known, bin.known);
    most.strangers = Math.max(most.strangers, bin.strangers);
  }
  const rows = bins.flatMap(({ from, known: some, strangers: others }) => {
    const line =
      from === threshold ? [`${`--- ${threshold.toFixed(2)} a name from here on `.padEnd(79, '-')}`] : [];
    const left = cell(others, most.strangers);
    return [
      ...line,
      `${from.toFixed(2).padStart(10)} | ${left.padEnd(BAR + 6)}| ${cell(some, most.known)}`.trimEnd(),
    ];
  });
  const titles = [`strangers (${strangers.length})`.padEnd(BAR + 6), `known (${known.length})`];
  return [`similarity | ${titles.join('| ')}`, ...rows];
}

function cell(count: number, most: number): string {
  if (count === 0) return '';
  const eighths = Math.max(1, Math.round((8 * BAR * count) / most));
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]} ${count}`;
}
