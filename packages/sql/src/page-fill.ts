// How many rows of a result that has no bound make a page: as many as are asked for, fewer where rows are large.

/** A page of more bytes is not made longer. */
const MOST_BYTES = 8_000_000
/** Every so many rows one is measured, and stands for the others. */
const MEASURED = 8

/** What tells, row by row, whether a page ends with the row that is given. */
export function compilePageFill(rows: () => number): (row: readonly unknown[]) => boolean {
  let count = 0
  let bytes = 0
  return (row) => {
    if (count++ % MEASURED === 0) bytes += bytesOf(row) * (count === 1 ? 1 : MEASURED)
    if (count < rows() && bytes < MOST_BYTES) return false
    count = 0
    bytes = 0
    return true
  }
}

function bytesOf(row: readonly unknown[]): number {
  let bytes = 0
  for (const value of row) bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
  return bytes
}
