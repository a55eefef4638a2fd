import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { maxRows, rowWindow } from '../state/rowWindow.js';

interface LongListProps {
  label: string;
  count: number;
  /** px; the same for every row. */
  rowHeight: number;
  row: (index: number) => ComponentChildren;
  /** Called when the end comes near. */
  onNearEnd: () => void;
}

/** Rows left when more are asked for. */
const NEAR_END = 60;

/** A list of any length that draws only the rows in sight. */
export function LongList({ label, count, rowHeight, row, onNearEnd }: LongListProps) {
  const box = useRef<HTMLElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => {
    const { scrollTop: top = 0, clientHeight: height = 0 } = box.current ?? {};
    // In steps of a row, so that not every pixel draws anew.
    const step = Math.floor(top / rowHeight) * rowHeight;
    setView((old) => (old.top === step && old.height === height ? old : { top: step, height }));
  };
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { first, end } = rowWindow(view.top, view.height, rowHeight, count);
  useLayoutEffect(() => {
    if (end >= count - NEAR_END) onNearEnd();
  }, [end, count, onNearEnd]);
  const rows = maxRows(view.height, rowHeight);
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached with the keyboard
    <section ref={box} class="long-list" tabIndex={0} aria-label={label} onScroll={measure}>
      <ol style={{ height: count * rowHeight }}>
        {indexes.map((index) => (
          <li
            // A row that goes out of sight is the next one that comes in: nothing is made anew while scrolling.
            key={index % rows}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ top: index * rowHeight, height: rowHeight }}
          >
            {row(index)}
          </li>
        ))}
      </ol>
    </section>
  );
}
