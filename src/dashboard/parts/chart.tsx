import { useEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../state/theme.js';
import { clockOf } from '../state/times.js';
import { texts } from '../texts.js';
import { DataTable } from './dataTable.js';
import type { ChartLine } from './plot.js';

interface ChartProps {
  title: string;
  /** Unix times, ms. */
  at: readonly number[];
  lines: readonly ChartLine[];
  digits?: number;
}

/** Samples per row of the table: one a minute. */
const ROW_EVERY = 6;

/** Values over time: as a picture, and as a table for those who cannot see it. */
export function Chart({ title, at, lines, digits = 0 }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [isLoadable, setLoadable] = useState(true);
  // Drawn with the colours of the theme.
  const shade = theme.value;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let end = () => {};
    let isOver = false;
    // Only this view needs it.
    void import('./plot.js').then(
      ({ plot }) => {
        setLoadable(true);
        if (!isOver) end = plot(element, at, lines, digits);
      },
      () => setLoadable(false),
    );
    return () => {
      isOver = true;
      end();
    };
  }, [at, lines, digits, shade]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
      {!isLoadable && <p class="muted">{texts.health.noChart}</p>}
      <details>
        <summary>{texts.health.table}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached with the keyboard */}
        <section class="table-box" tabIndex={0} aria-label={title}>
          <DataTable
            columns={[
              { title: texts.health.time },
              ...lines.map(({ label }) => ({ title: label, isNumber: true })),
            ]}
            rows={at
              .map((time, index) => ({ time, index }))
              .filter(({ index }) => (at.length - 1 - index) % ROW_EVERY === 0)
              .reverse()
              .map(({ time, index }) => ({
                key: time,
                cells: [clockOf(time), ...lines.map(({ values }) => values[index]?.toFixed(digits) ?? '–')],
              }))}
          />
        </section>
      </details>
    </figure>
  );
}
