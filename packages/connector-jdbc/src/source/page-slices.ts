// Pages as batches: a batch has one schema, and a row with a value that does not fit has a schema of its own.
import { schemaOfRow, type Page } from '@rowbridge/sql'
import { bytesOfRow, MOST_BYTES } from './page-size.js'

/** Stretches `[from, to)` of the first rows of a page, in order, each of one schema, of at most `most` rows and not too many bytes. */
export function slicesOf(page: Page, rows: number, most: number): readonly (readonly [number, number])[] {
  const slices: [number, number][] = []
  const fitting = Math.max(1, Math.min(most, Math.floor(MOST_BYTES / Math.max(1, bytesOfRow(page.rows)))))
  for (let from = 0; from < rows;) {
    const end = Math.min(from + fitting, rows)
    const to = page.misfits === null ? end : endOfSchema(page, from, end)
    slices.push([from, to])
    from = to
  }
  return slices
}

function endOfSchema(page: Page, from: number, most: number): number {
  const schema = schemaOfRow(page, from)
  let to = from + 1
  while (to < most && schemaOfRow(page, to) === schema) to += 1
  return to
}
