import { type Bin, histogramOf } from '../calibration/histogram.js';
import type { Calibration } from './calibrationLines.js';
import { BIN_WIDTH } from './calibrationPlot.js';
import { html } from './html.js';

const WIDTH = 800;
const HEIGHT = 420;
const PLOT = { left: 62, right: 780, top: 88, bottom: 356 };
/** Half of a bin of the terminal: there is room. */
const WIDTH_OF_BIN = BIN_WIDTH / 2;
const STEPS = [1, 2, 5, 10, 20, 25, 50, 100];
const MOST_TICKS = 6;

const STYLE = `
svg{color-scheme:light dark;--page:#fff;--text:#1c2128;--dim:#59636e;--line:#d5dae0;--known:#1a7f37;--strangers:#b45309}
@media (prefers-color-scheme:dark){svg{--page:#14171c;--text:#e4e8ee;--dim:#9aa4b1;--line:#363d48;--known:#5fd38d;--strangers:#f5a65b}}
.page{fill:var(--page)}
text{fill:var(--text);font:14px system-ui,sans-serif}
.title{font-size:17px;font-weight:600}
.dim{fill:var(--dim);font-size:13px}
.grid{stroke:var(--line)}
.known{fill:var(--known);fill-opacity:.55;stroke:var(--known)}
.strangers{fill:var(--strangers);fill-opacity:.55;stroke:var(--strangers)}
.other{stroke:var(--dim);stroke-dasharray:2 4}
.threshold{stroke:var(--text);stroke-width:2}`;

/** The plot of a calibration as an SVG without outside parts, for light and dark pages. */
export function calibrationSvg({ sources, results, current, models, isByOdds }: Calibration): string {
  const values = {
    known: sources.trials.known.map(({ similarity }) => similarity),
    strangers: sources.trials.strangers.map(({ similarity }) => similarity),
  };
  const thresholds = results.map(({ threshold }) => threshold);
  const bins = histogramOf(values, WIDTH_OF_BIN);
  const low = floor(Math.min(bins[0]?.from ?? 0, ...thresholds));
  const high = ceil(Math.max(bins.at(-1)?.to ?? 1, ...thresholds));
  const x = (similarity: number) =>
    PLOT.left + ((similarity - low) / (high - low)) * (PLOT.right - PLOT.left);
  const percentOf = (count: number, all: readonly number[]) =>
    all.length === 0 ? 0 : (100 * count) / all.length;
  const top = bins.reduce(
    (most, { known, strangers }) =>
      Math.max(most, percentOf(known, values.known), percentOf(strangers, values.strangers)),
    1,
  );
  const y = (percent: number) => PLOT.bottom - (percent / top) * (PLOT.bottom - PLOT.top);
  const bars = (name: 'known' | 'strangers') =>
    bins.map((bin) => barOf(bin, name, percentOf(bin[name], values[name]), x, y)).join('');
  const others = results
    .filter((result) => result !== current)
    .map(({ threshold, setting }) => {
      const name = setting.threshold === null ? `match.falseNames ${setting.falseNames}` : setting.threshold;
      const at = px(x(threshold));
      return `<line class="other" x1="${at}" x2="${at}" y1="${PLOT.top}" y2="${PLOT.bottom}"><title>${name}: ${threshold.toFixed(2)}</title></line>`;
    });
  const at = x(current.threshold);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>Similarity of known faces and strangers</title><style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="20" y="28">Similarity of known faces and strangers</text>`,
    `<text class="dim" x="20" y="48">${html(models)}, ${sources.photos} photos of ${sources.people} people</text>`,
    ...legend('strangers', `strangers: ${values.strangers.length}`, 470),
    ...legend('known', `known: ${values.known.length}`, 640),
    ...shareTicks(top, y),
    bars('strangers'),
    bars('known'),
    ...others,
    `<line class="threshold" x1="${px(at)}" x2="${px(at)}" y1="${PLOT.top - 6}" y2="${PLOT.bottom}"/>`,
    `<text x="${px(at)}" y="${PLOT.top - 12}" text-anchor="middle">name from ${current.threshold.toFixed(2)}</text>`,
    ...similarityTicks(low, high, x),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle">${isByOdds ? 'what the similarity is worth' : 'similarity'}</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">share of the faces, %</text>`,
    '</svg>\n',
  ].join('\n');
}

function barOf(
  bin: Bin,
  name: 'known' | 'strangers',
  percent: number,
  x: (similarity: number) => number,
  y: (percent: number) => number,
): string {
  const { from, to } = bin;
  const count = bin[name];
  if (count === 0) return '';
  const height = PLOT.bottom - y(percent);
  return `<rect class="${name}" x="${px(x(from))}" y="${px(y(percent))}" width="${px(x(to) - x(from))}" height="${px(height)}"><title>${name}, ${from.toFixed(3)} to ${to.toFixed(3)}: ${count}</title></rect>`;
}

function legend(name: string, text: string, x: number): string[] {
  return [
    `<rect class="${name}" x="${x}" y="36" width="14" height="14"/>`,
    `<text x="${x + 21}" y="48">${text}</text>`,
  ];
}

function shareTicks(top: number, y: (percent: number) => number): string[] {
  const step = STEPS.find((one) => top / one <= MOST_TICKS) ?? 100;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step).map(
    (percent) =>
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${px(y(percent))}" y2="${px(y(percent))}"/><text class="dim" x="${PLOT.left - 8}" y="${px(y(percent) + 4)}" text-anchor="end">${percent}</text>`,
  );
}

function similarityTicks(low: number, high: number, x: (similarity: number) => number): string[] {
  const ticks = Math.round((high - low) * 10);
  return Array.from({ length: ticks + 1 }, (_, index) => low + index / 10).map((value) => {
    const at = px(x(value));
    const text = (Math.round(10 * value) / 10).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 6}"/><text class="dim" x="${at}" y="${PLOT.bottom + 22}" text-anchor="middle">${text}</text>`;
  });
}

/** Tenths. */
function floor(value: number): number {
  return Math.floor(value * 10 + 1e-9) / 10;
}

function ceil(value: number): number {
  return Math.ceil(value * 10 - 1e-9) / 10;
}

function px(value: number): string {
  return value.toFixed(1);
}
