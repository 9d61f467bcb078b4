// Columns that are there get more room, and never less.
import { expect, test } from 'vitest'
import { decimal, primitive, timestamp, withOptions, type Schema } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_VALUE } from './sink-configs.js'

const WIDEN = { ...BY_VALUE, 'evolve.mode': 'widen' }
const optional = (schema: Schema): Schema => withOptions(schema, { optional: true })

export function widenSuite(open: OpenPlace): void {
  test.each<[string, string, unknown, readonly [schema: Schema, value: unknown]]>([
    ['an integer a longer one', 'SMALLINT', 7, [primitive('int64'), 9_007_199_254_740_991]],
    ['an integer a real number', 'INT', 7, [primitive('float64'), 1.5]],
    ['an integer text', 'INT', 7, [primitive('string'), 'seven']],
    ['a short text a long one', 'VARCHAR(3)', 'abc', [primitive('string'), 'x'.repeat(500)]],
    ['a text a very long one', 'VARCHAR(3)', 'abc', [primitive('string'), 'é'.repeat(70_000)]],
    ['a decimal more digits', 'DECIMAL(5,2)', '1.25', [decimal(4), '123456.1234']],
  ])('%s', async (_what, type, first, [schema, second]) => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT PRIMARY KEY, v ${type})`)
    await place.query(`INSERT INTO t VALUES (1, '${String(first)}')`)
    await using sink = await startSink(place, WIDEN)
    await sink.put(unkeyed('t', [{ id: 2, v: second }], valueSchema({ id: INT, v: optional(schema) })))
    const rows = await place.query('SELECT v FROM t ORDER BY id')
    const shown = rows.map(({ v }) => String(v).replace(/(\.\d*?)0+$/, '$1'))
    expect(shown).toEqual([String(first), String(second)])
  })

  test('NOT NULL goes where records may lack the field, and all else about the column stays', async () => {
    await using place = await open()
    await place.query("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20) DEFAULT 'it''s' NOT NULL, n INT NOT NULL)")
    await using sink = await startSink(place, WIDEN)
    const schema = valueSchema({ id: INT, v: optional(primitive('string')), n: INT })
    await sink.put(unkeyed('t', [{ id: 1, v: null, n: 1 }], schema))
    await place.query('INSERT INTO t (id, n) VALUES (2, 2)')
    const rows = await place.query('SELECT id, v FROM t ORDER BY id')
    expect(rows.map(({ v }) => v)).toEqual([null, "it's"])
    const lacking = async () => place.query("INSERT INTO t (id, v) VALUES (3, 'x')")
    await expect(lacking()).rejects.toThrow(/null|default/i)
  })

  test('each statement is told with the one that undoes it', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, v SMALLINT)')
    await using sink = await startSink(place, WIDEN)
    await sink.put(unkeyed('t', [{ id: 1, v: 'seven' }], valueSchema({ id: INT, v: optional(primitive('string')) })))
    const told = sink.journal.infos.find((line) => line.startsWith('Widened by'))
    const inverse = /This undoes it: (.*)$/.exec(told ?? '')?.[1] ?? ''
    await place.query("UPDATE t SET v = '7'")
    if (place.kind !== 'sqlite') await place.query(inverse)
    expect(inverse).toMatch(/smallint/i)
    expect(await rowsOf(place)).toEqual([[1, 7]])
  })

  test('nothing narrows, and nothing is altered that holds the records', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id BIGINT PRIMARY KEY, a BIGINT, b VARCHAR(50), c DOUBLE PRECISION)')
    await using sink = await startSink(place, WIDEN)
    const schema = valueSchema({
      id: INT,
      a: optional(primitive('int8')),
      b: optional(primitive('string')),
      c: optional(primitive('float32')),
    })
    await sink.put(unkeyed('t', [{ id: 1, a: 1, b: 'x', c: 0.5 }], schema))
    expect(sink.journal.infos.filter((line) => line.startsWith('Widened'))).toEqual([])
    expect(await rowsOf(place)).toEqual([[1, 1, 'x', 0.5]])
  })

  test('without evolve.mode=widen a column stays what it is', async () => {
    await using place = await open()
    const check = place.kind === 'sqlite' ? ' CHECK (v < 32768)' : ''
    await place.query(`CREATE TABLE t (id INT PRIMARY KEY, v SMALLINT${check})`)
    await using sink = await startSink(place, { ...BY_VALUE, ...AUTO })
    const schema = valueSchema({ id: INT, v: optional(primitive('int64')) })
    await expect(sink.put(unkeyed('t', [{ id: 1, v: 70_000 }], schema))).rejects.toThrow(/t-0@0/)
  })

  test('records of two schemas in one put both fit after one widened the table', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, v SMALLINT, w VARCHAR(2))')
    await using sink = await startSink(place, WIDEN)
    const narrow = valueSchema({ id: INT, w: optional(primitive('string')) })
    const wide = valueSchema({ id: INT, v: optional(primitive('int64')), w: optional(primitive('string')) })
    await sink.put(
      unkeyed('t', [{ id: 1, w: 'ab' }], narrow),
      unkeyed('t', [{ id: 2, v: 70_000, w: 'longer' }], wide),
      unkeyed('t', [{ id: 3, w: 'much longer' }], narrow),
    )
    expect(await rowsOf(place)).toEqual(
      [
        [1, null, 'ab'],
        [2, 70_000, 'longer'],
        [3, null, 'much longer'],
      ].map((row) => (place.kind === 'sqlite' ? [row[0], ...row.slice(1)] : row)),
    )
  })

  test('timestamps get the digits that the records have', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT PRIMARY KEY, at ${place.timestamp.replace('6', '0')})`)
    await using sink = await startSink(place, WIDEN)
    const schema = valueSchema({ id: INT, at: timestamp({ optional: true }) })
    await sink.put(unkeyed('t', [{ id: 1, at: 1_709_212_455_123 }], schema))
    const text = place.kind === 'postgresql' ? 'at::text' : place.kind === 'sqlite' ? 'at' : "concat(at, '')"
    const [row] = await place.query(`SELECT ${text} AS at FROM t`)
    expect(row?.['at']).toMatch(/^2024-02-29 13:14:15\.123$/)
  })
}
