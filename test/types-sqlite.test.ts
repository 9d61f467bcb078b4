// Every type of SQLite, table to topic to table; and what is kept in a column of another type.
import { expect, it } from 'vitest'
import { startSource } from './jdbc/drive.js'
import { SQLITE_MISMATCHES, SQLITE_TYPES } from './jdbc/matrix-sqlite.js'
import { sqlitePlace } from './jdbc/place.js'
import { typeMatrix } from './jdbc/type-matrix.js'

const matrix = {
  cases: SQLITE_TYPES,
  shown: 'typeof(v) || quote(v)',
  insert: (table: string, rows: string) => `insert into ${table} values ${rows}`,
}
typeMatrix('types of SQLite', sqlitePlace, () => Promise.resolve(matrix), SQLITE_TYPES.length)

it.each(SQLITE_MISMATCHES)('a column %s hands on %s as it is', async (type, value, arrives, schemaType) => {
  await using place = await sqlitePlace()
  await place.query(`create table t (id integer primary key, v ${type})`)
  await place.query(`insert into t values (1, null), (2, ${value}), (3, null)`)
  await using source = await startSource(place, { mode: 'incrementing', 'incrementing.column.name': 'id' })
  const told = await source.take(3)
  expect(told.map((one) => one.value['v'])).toEqual([null, arrives, null])
  const schemas = source.batches.map((batch) => batch.value.schema)
  expect(schemas).toHaveLength(3)
  expect(schemas[0]).toBe(schemas[2])
  expect(schemas[1]?.fields[1]?.schema).toMatchObject({ type: schemaType, optional: true })
  expect(source.journal.warnings.join('\n')).toContain('t.v: ')
})

it('reads views, generated columns and strict tables', async () => {
  await using place = await sqlitePlace()
  await place.query(
    'create table t (id integer primary key, d any, twice int generated always as (id * 2) stored) strict',
  )
  await place.query("insert into t values (1, 'x'), (2, x'00')")
  await place.query('create view w as select id, d, twice, id + 0.5 as half from t')
  await using source = await startSource(place, {
    mode: 'bulk',
    'table.types': 'TABLE,VIEW',
    'table.blacklist': 'none',
    'poll.interval.ms': '3600000',
  })
  const told = await source.take(4)
  expect(told.map(({ topic, value }) => ({ topic, ...value }))).toEqual([
    { topic: 't', id: 1, d: 'x', twice: 2 },
    { topic: 't', id: 2, d: Buffer.from([0]), twice: 4 },
    { topic: 'w', id: 1, d: 'x', twice: 2, half: 1.5 },
    { topic: 'w', id: 2, d: Buffer.from([0]), twice: 4, half: 2.5 },
  ])
})
