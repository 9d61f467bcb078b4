// The statements of each dialect, as others may read them. `vitest -u` writes them anew.
import { arrayOf, DATE, date, decimal, mapOf, primitive, struct, time, timestamp, type Schema } from '@rowbridge/api'
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Connection } from './connection.js'
import { TIMESTAMP_DIGITS, type ColumnSpec, type WriterSpec } from './database.js'
import type { Session } from './dialect.js'
import { importFile } from './registry.js'

const DIALECTS = readdirSync(new URL('dialects', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.replace('.ts', ''))

/** A session that notes what it is to run. */
function notingSession(notes: string[]): Session {
  const note = (text: string): Promise<void> => {
    notes.push(text)
    return Promise.resolve()
  }
  return {
    read: (text) => note(text).then(() => ({ columns: [], rows: [] })),
    rows: (text) => note(text).then(() => []),
    stream: () => {
      throw new Error('not asked for')
    },
    run: note,
    execute: (text) => note(text).then(() => 0),
    executeEach: (text) => note(text).then(() => 0),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

const optional = (schema: Schema): Schema => ({ ...schema, optional: true })
const PLAIN: readonly (readonly [string, Schema])[] = [
  ['i8', primitive('int8')],
  ['i16', primitive('int16')],
  ['i32', primitive('int32')],
  ['i64', primitive('int64')],
  ['f32', primitive('float32')],
  ['f64', primitive('float64')],
  ['flag', primitive('boolean')],
  ['s', primitive('string')],
  ['by', primitive('bytes')],
  ['dec', decimal(2)],
  ['day', date()],
  ['clock', time()],
  ['ts', timestamp()],
]
const DEFAULTS: readonly (readonly [string, Schema])[] = [
  ['s_default', primitive('string', { default: 'it\'s ? \\ "q"' })],
  ['flag_default', primitive('boolean', { default: true })],
  ['by_default', primitive('bytes', { default: new Uint8Array([0, 255]) })],
  ['dec_default', decimal(2, { default: '1.50' })],
  ['day_default', primitive('int32', { name: DATE, default: 19_782 })],
  ['ts_default', timestamp({ default: 1_709_212_455_123 })],
]
const NESTED: readonly (readonly [string, Schema])[] = [
  ['st', struct([{ name: 'x', schema: primitive('int32') }])],
  ['ma', mapOf(primitive('string'), primitive('int64'))],
  ['li', arrayOf(primitive('int64'))],
  ['lo', arrayOf(struct([{ name: 'x', schema: primitive('int32') }]))],
  ['ts6', timestamp({ parameters: { [TIMESTAMP_DIGITS]: '6' } })],
]
const KEYS: readonly ColumnSpec[] = [
  { name: 'id', schema: primitive('int64'), isPrimaryKey: true },
  { name: 'a "b`.c', schema: primitive('string'), isPrimaryKey: true },
]

it.each(DIALECTS)('phrases statements for %s as it did', async (name) => {
  const notes: string[] = []
  const { default: parts } = await importFile(name)
  const settings = { numericMapping: 'none', zone: null, isLegacyCalendar: false, params: {} } as const
  const patience = { limitMs: 0, checkMs: 0 }
  const session = notingSession(notes)
  const dialect = { ...parts, name }
  const db = new Connection({ dialect, session, settings, quoting: 'always', patience, signal: null })
  const id = { catalog: null, schema: null, table: 'orders' }
  const specs = [...PLAIN, ...NESTED, ...DEFAULTS].map(([column, schema]) => ({
    name: column,
    schema,
    isPrimaryKey: false,
  }))
  await db.createTable(id, [...KEYS, ...specs])
  await db.addColumns(
    id,
    ['x', 'y'].map((column) => ({ name: column, schema: optional(primitive('int32')), isPrimaryKey: false })),
  )
  const table = { id, kind: 'table', columns: [], primaryKey: ['id'] } as const
  const columns = [
    ...KEYS.map(({ name: key, schema }) => ({ name: key, schema, isKey: true })),
    { name: 'v', schema: primitive('string'), isKey: false },
    { name: 'n', schema: primitive('int64'), isKey: false },
  ]
  const write = (mode: WriterSpec['mode'], only = columns) =>
    db.writer({ mode, table, columns: only }).write([
      [1, 'a', 'x', 1],
      [2, 'b', 'y', 2],
    ])
  await write('insert')
  await write('upsert')
  await write('upsert', columns.slice(0, 1))
  await write('update')
  await write('ignore')
  await write('ignore', columns.slice(2))
  const versioned = (mode: WriterSpec['mode']) =>
    db.writer({ mode, table, columns, version: 'n' }).write([[1, 'a', 'x', 1]])
  await versioned('upsert')
  await versioned('update')
  await write('delete')
  await write('delete', columns.slice(0, 1))
  const file = new URL(`../../../test/golden/${name}.sql`, import.meta.url).pathname
  await expect(`${notes.join(';\n')};\n`).toMatchFileSnapshot(file)
})
