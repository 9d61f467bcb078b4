import { expect, test } from 'vitest'
import { bytesOfRow, PageSize } from './page-size.js'

interface Table {
  readonly least?: number
  readonly findMs?: number
  readonly rowMs?: number
  readonly bytes?: number
}

/** The size that pages settle at when a page costs so much to find and a row so much to read. */
function settled({ least = 1000, findMs = 1, rowMs = 0.01, bytes = 100 }: Table): number {
  const size = new PageSize(least)
  for (let page = 0; page < 50; page += 1) size.note(findMs + rowMs * size.rows, bytes)
  return size.rows
}

test.each<[string, Table, number]>([
  ['found at once', {}, 1000],
  ['slow to read, and no slower to find', { rowMs: 1 }, 1000],
  ['slow to find', { findMs: 2000 }, 32_000],
  ['as slow to find as four pages are to read', { findMs: 400, rowMs: 0.1 }, 8000],
  ['slow to find and full of large rows', { findMs: 2000, bytes: 5000 }, 1000],
  ['short', { least: 100 }, 800],
  ['short and full of large rows', { least: 100, bytes: 50_000 }, 100],
  ['full of rows of a megabyte', { bytes: 1_000_000 }, 8],
  ['full of rows larger than a page should be', { bytes: 50_000_000 }, 1],
])('where a page is %s, pages have a size to match', (_what, table, rows) => {
  expect(settled(table)).toBe(rows)
})

test('a first page is short, as its rows may be large', () => {
  expect(new PageSize(1000).rows).toBe(25)
})

test('pages shrink when rows become large, and grow again after', () => {
  const size = new PageSize(1000)
  for (const bytes of [100, 100, 100, 100]) size.note(1, bytes)
  expect(size.rows).toBe(1000)
  size.note(1, 1_000_000)
  expect(size.rows).toBe(8)
  for (const bytes of [100, 100, 100, 100]) size.note(1, bytes)
  expect(size.rows).toBe(1000)
})

test.each<[string, unknown, number]>([
  ['a number', 1, 8],
  ['text', 'x'.repeat(100), 100],
  ['bytes', new Uint8Array(100), 100],
  ['nothing', null, 8],
])('a row of %s has about its bytes', (_what, value, bytes) => {
  const rows = Array.from({ length: 1000 }, () => [value])
  expect(bytesOfRow(rows)).toBe(bytes)
})
