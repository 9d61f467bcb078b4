// The table that tests of the source read, and how they name what came of it.
import type { OpenPlace, Place } from './place.js'

export const BY_ID = {
  mode: 'incrementing',
  'incrementing.column.name': 'id',
  'table.whitelist': 't',
  'topic.prefix': 'p-',
}
export const BY_TIME = {
  mode: 'timestamp',
  'timestamp.column.name': 'at',
  'table.whitelist': 't',
  'topic.prefix': 'p-',
}
export const BY_BOTH = { ...BY_TIME, mode: 'timestamp+incrementing', 'incrementing.column.name': 'id' }

export const ids = (told: readonly { readonly value: Record<string, unknown> }[]) =>
  told.map(({ value }) => Number(value['id']))
export const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i)
export const byText = (a: string, b: string) => (a < b ? -1 : 1)
export const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b)

export async function withTable(open: OpenPlace, rows: readonly string[] = []): Promise<Place> {
  const place = await open()
  await place.query(`CREATE TABLE t (id ${place.autoId}, name VARCHAR(40), at ${place.timestamp} NOT NULL)`)
  await insert(place, rows)
  return place
}

/** Rows with these times, named by them. */
export async function insert(place: Place, times: readonly string[]): Promise<void> {
  for (let from = 0; from < times.length; from += 500) {
    const values = times.slice(from, from + 500).map((time) => `('n', '${time}')`)
    await place.query(`INSERT INTO t (name, at) VALUES ${values.join(', ')}`)
  }
}

export const at = (second: number, micros = 0) =>
  `2020-01-01 00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.${String(micros).padStart(6, '0')}`
export const EPOCH_MS = Date.UTC(2020, 0, 1)
