// Pages as batches: a batch has one schema, and a row with a value that does not fit has a schema of its own.
import { schemaOfRow, type Page } from '@rowbridge/sql'

/** Stretches `[from, to)` of the first rows of a page, each of one schema and of at most `most` rows, in order. */
export function slicesOf(page: Page, rows: number, most: number): readonly (readonly [number, number])[] {
  const slices: [number, number][] = []
  for (let from = 0; from < rows;) {
    const end = Math.min(from + most, rows)
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
