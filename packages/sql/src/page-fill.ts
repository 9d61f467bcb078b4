// How many rows of a result that has no bound make a page: as many as are asked for, fewer where rows are large.

/** A page of more bytes is not made longer. */
const MOST_BYTES = 16_000_000
/** Every so many rows one is measured, and stands for the others. */
const MEASURED = 8
/** Rows of a page before anything is known of their size. */
const FIRST_ROWS = 10

/** What tells, row by row, whether a page ends with the row that is given. */
export function compilePageFill(rows: number): (row: readonly unknown[]) => boolean {
  let count = 0
  let bytes = 0
  return (row) => {
    if (count++ % MEASURED === 0) bytes += bytesOf(row) * (count === 1 ? 1 : MEASURED)
    if (count < rows && bytes < MOST_BYTES) return false
    count = 0
    bytes = 0
    return true
  }
}

/** How many rows to ask for next, after a page was read; few before the first one. */
export function rowsToAsk(most: number, last: readonly (readonly unknown[])[] | null): number {
  if (last === null) return Math.min(most, FIRST_ROWS)
  const bytes = last.reduce((sum, row) => sum + bytesOf(row), 0) / Math.max(1, last.length)
  return Math.max(1, Math.min(most, Math.floor(MOST_BYTES / Math.max(1, bytes))))
}

function bytesOf(row: readonly unknown[]): number {
  let bytes = 0
  for (const value of row) bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
  return bytes
}
