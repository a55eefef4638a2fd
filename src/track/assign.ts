/**
 * Pairs rows with columns so that the sum of their scores is greatest. Pairs with a score of 0 or less are left out. Source:
 * Kuhn, "The Hungarian method for the assignment problem", 1955, in its form with potentials, O(n³).
 *
 * @param scores [rows][columns]
 * @param columns number of columns
 * @returns the column of each row, or -1
 */
export function assign(scores: readonly (readonly number[])[], columns: number): number[] {
  const rows = scores.length;
  const size = Math.max(rows, columns);
  const cost = (row: number, column: number) => -Math.max(0, scores[row]?.[column] ?? 0);
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  /** Row of each column, both counted from 1. */
  const owner = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(size + 1);
    const done = new Uint8Array(size + 1);
    let at = 0;
    owner[0] = row;
    do {
      done[at] = 1;
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let column = 1; column <= size; column++) {
        if (done[column]) continue;
        const left = cost(owner[at] - 1, column - 1) - rowPotential[owner[at]] - columnPotential[column];
        if (left < least[column]) {
          least[column] = left;
          from[column] = at;
        }
        if (least[column] < step) {
          step = least[column];
          next = column;
        }
      }
      for (let column = 0; column <= size; column++) {
        if (done[column]) {
          rowPotential[owner[column]] += step;
          columnPotential[column] -= step;
        } else least[column] -= step;
      }
      at = next;
    } while (owner[at] !== 0);
    for (; at !== 0; at = from[at]) owner[at] = owner[from[at]];
  }
  const result = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = owner[column] - 1;
    if (row < rows && (scores[row]?.[column - 1] ?? 0) > 0) result[row] = column - 1;
  }
  return result;
}
