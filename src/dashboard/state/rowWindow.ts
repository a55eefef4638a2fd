/** Rows to draw of a long list. */
export interface RowWindow {
  first: number;
  /** The row after the last. */
  end: number;
}

/** Rows drawn beyond each edge. */
const OVERSCAN = 5;

/**
 * Which rows of equal height are in sight.
 *
 * @param top how far the list is scrolled, px
 * @param height of what is in sight, px
 */
export function rowWindow(top: number, height: number, rowHeight: number, count: number): RowWindow {
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  return { first: Math.min(first, count), end: Math.max(end, 0) };
}

/** Most rows that {@link rowWindow} gives at once. */
export function maxRows(height: number, rowHeight: number): number {
  return Math.ceil(height / rowHeight) + 1 + 2 * OVERSCAN;
}
