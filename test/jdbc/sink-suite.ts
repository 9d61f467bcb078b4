// How the sink writes, on any database.
import { describe, expect, test } from 'vitest'
import { DataError, primitive, timestamp } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, keyed, plain, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_KEY, DELETES, BY_VALUE } from './sink-configs.js'
import { failureSuite, refusalSuite } from './sink-failures.js'
import { jsonSuite } from './sink-json.js'
import { nestedSuite } from './sink-nested.js'
import { partialSuite } from './sink-partial.js'
import { referenceSuite } from './sink-reference.js'
import { referenceTablesSuite } from './sink-reference-tables.js'
import { tableNamesSuite } from './sink-tables.js'
import { widenSuite } from './sink-widen.js'

export function sinkSuite(title: string, open: OpenPlace): void {
  describe(title, () => {
    writeSuite(open)
    keySuite(open)
    deleteSuite(open)
    tableSuite(open)
    refusalSuite(open)
    failureSuite(open)
    partialSuite(open)
    jsonSuite(open)
    nestedSuite(open)
    widenSuite(open)
    tableNamesSuite(open)
    referenceSuite(open)
    referenceTablesSuite(open)
  })
}

function writeSuite(open: OpenPlace): void {
  test('an insert adds rows, and the same key again is an error that names the record', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'insert' })
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    const again = sink.put(unkeyed('t', [{ id: 1, name: 'b' }]))
    await expect(again).rejects.toBeInstanceOf(DataError)
    await expect(again).rejects.toThrow(/t-0@1: /)
    expect(await rowsOf(place)).toEqual([[1, 'a']])
  })

  test('an upsert keeps one row for a key, the last, over batches and within one', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(
      unkeyed('t', [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
        { id: 1, name: 'c' },
      ]),
    )
    await sink.put(unkeyed('t', [{ id: 2, name: 'd' }]), unkeyed('t', [{ id: 2, name: 'e' }]))
    expect(await rowsOf(place)).toEqual([
      [1, 'c'],
      [2, 'e'],
    ])
    expect(sink.metrics.get('sink-record-folded-total')).toBe(2)
  })

  test('an update changes the rows that are there, and adds none', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), more INT)')
    await place.query("INSERT INTO t VALUES (1, 'a', 7)")
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'update' })
    await sink.put(
      unkeyed('t', [
        { id: 1, name: 'b' },
        { id: 2, name: 'c' },
      ]),
    )
    expect(await rowsOf(place)).toEqual([[1, 'b', 7]])
  })

  test('records of different schemas end in one table, each with its fields', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const wider = valueSchema({ id: INT, name: TEXT, more: TEXT })
    const other = valueSchema({ id: INT, more: TEXT })
    await sink.put(
      unkeyed('t', [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ]),
      unkeyed('t', [{ id: 1, name: 'A', more: 'x' }], wider),
      unkeyed('t', [{ id: 2, more: 'y' }], other),
      unkeyed('t', [{ id: 3, name: 'c' }]),
    )
    expect(await rowsOf(place)).toEqual([
      [1, 'A', 'x'],
      [2, 'b', 'y'],
      [3, 'c', null],
    ])
  })

  test('many rows are written in the pieces batch.size asks for', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'batch.size': '100' })
    const people = Array.from({ length: 1234 }, (_, i) => ({ id: i + 1, name: `n${i}` }))
    await sink.put(unkeyed('t', people))
    const [count] = await place.query('SELECT count(*) AS n FROM t')
    expect(Number(count?.['n'])).toBe(1234)
  })

  test('all tables of a put stand, or none', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'insert' })
    await sink.put(unkeyed('a', [{ id: 1 }]), unkeyed('b', [{ id: 1 }]))
    await expect(sink.put(unkeyed('a', [{ id: 2 }]), unkeyed('b', [{ id: 1 }]))).rejects.toThrow(/b-0@3/)
    expect([await rowsOf(place, 'a'), await rowsOf(place, 'b')]).toEqual([[[1, null]], [[1, null]]])
  })

  test.each([
    ['true', 'd'],
    ['false', null],
  ])('with replace.null.with.default=%s a null is written as %s', async (replaces, written) => {
    await using place = await open()
    const schema = valueSchema({ id: INT, name: primitive('string', { optional: true, default: 'd' }) })
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await using sink = await startSink(place, { ...BY_VALUE, 'replace.null.with.default': replaces })
    await sink.put(plain('t', schema, [[1, null]]))
    expect(await rowsOf(place)).toEqual([[1, written]])
  })

  test('fields named as timestamps keep their microseconds', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT PRIMARY KEY, a ${place.timestamp}, b ${place.timestamp})`)
    const schema = valueSchema({ id: INT, a: primitive('int64'), b: TEXT })
    await using sink = await startSink(place, { ...BY_VALUE, 'timestamp.fields.list': 'a,b' })
    await sink.put(unkeyed('t', [{ id: 1, a: 1_577_836_800_123_456, b: '1577836800000001' }], schema))
    const text = place.kind === 'postgresql' ? 'a::text AS a, b::text AS b' : "concat(a, '') AS a, concat(b, '') AS b"
    const [row] = await place.query(`SELECT ${place.kind === 'sqlite' ? 'a, b' : text} FROM t`)
    expect(Object.values(row ?? {}).map((value) => String(value).slice(11))).toEqual([
      '00:00:00.123456',
      '00:00:00.000001',
    ])
  })
}

function keySuite(open: OpenPlace): void {
  test('the place in the topic can be the key', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, 'pk.mode': 'kafka', 'insert.mode': 'upsert' })
    await sink.put(
      unkeyed('t', [
        { id: 5, name: 'a' },
        { id: 5, name: 'b' },
      ]),
    )
    expect(await rowsOf(place, 't', '__connect_offset')).toEqual([
      ['t', 0, 0, 5, 'a'],
      ['t', 0, 1, 5, 'b'],
    ])
  })

  test('a value that is one string goes into the column for it', async () => {
    await using place = await open()
    await using sink = await startSink(place, AUTO)
    await sink.put(plain('t', primitive('string'), ['x', 'y']))
    expect(await rowsOf(place, 't', 'record_value')).toEqual([['x'], ['y']])
  })

  test('a struct as key gives its fields, and wins over those of the value', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_KEY, 'pk.fields': '' })
    const key = valueSchema({ id: INT, part: INT })
    const record = keyed('t', [[[1, 2], { id: 9, name: 'a' }]], { key })
    await sink.put(record)
    expect(await place.query('SELECT id, part, name FROM t')).toEqual([{ id: 1, part: 2, name: 'a' }])
  })

  test('keys of text are told apart as the database tells them apart', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id VARCHAR(10) PRIMARY KEY, name VARCHAR(20))')
    const key = primitive('string')
    const writes = [
      ['A', 'first'],
      ['a', 'second'],
      ['A', 'third'],
    ] as const
    await using sink = await startSink(place, { ...DELETES, 'auto.create': 'false' })
    const value = valueSchema({ name: TEXT })
    await sink.put(
      keyed(
        't',
        writes.map(([id, name]) => [id, { name }] as const),
        { key, value },
      ),
    )
    const rows = await rowsOf(place)
    expect(rows.at(0)).toEqual(['A', 'third'])
    expect(rows).toHaveLength(place.kind === 'mariadb' ? 1 : 2)
    await sink.put(
      keyed(
        't',
        [
          ['A', { name: 'fourth' }],
          ['a', null],
        ],
        { key, value },
      ),
    )
    expect(await rowsOf(place)).toEqual(place.kind === 'mariadb' ? [] : [['A', 'fourth']])
  })
}

function deleteSuite(open: OpenPlace): void {
  test('of upserts and deletes of one key the last stands', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    await sink.put(
      keyed('t', [
        [1, { id: 1, name: 'a' }],
        [2, { id: 2, name: 'b' }],
        [1, null],
        [3, { id: 3 }],
        [2, null],
        [2, { id: 2, name: 'c' }],
      ]),
    )
    expect(await rowsOf(place)).toEqual([
      [2, 'c'],
      [3, null],
    ])
    await sink.put(
      keyed('t', [
        [2, null],
        [99, null],
        [99, null],
      ]),
    )
    expect(await rowsOf(place)).toEqual([[3, null]])
  })

  test('a row that is deleted and written again begins anew', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), more INT)')
    await place.query("INSERT INTO t VALUES (1, 'old', 7)")
    await using sink = await startSink(place, DELETES)
    await sink.put(
      keyed('t', [
        [1, null],
        [1, { id: 1, name: 'new' }],
      ]),
    )
    expect(await rowsOf(place)).toEqual([[1, 'new', null]])
  })

  test('inserts and deletes keep their order', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...DELETES, 'insert.mode': 'insert' })
    await sink.put(
      keyed('t', [
        [1, { id: 1, name: 'a' }],
        [1, null],
        [1, { id: 1, name: 'b' }],
        [2, { id: 2 }],
        [2, null],
      ]),
    )
    expect(await rowsOf(place)).toEqual([[1, 'b']])
  })

  test('tombstones alone make no table', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    await sink.put(keyed('t', [[1, null]]))
    await sink.put(
      keyed('t', [
        [1, null],
        [2, { id: 2, name: 'a' }],
      ]),
    )
    expect(await rowsOf(place)).toEqual([[2, 'a']])
  })

  test('a tombstone without a value schema deletes', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    await sink.put(
      keyed('t', [
        [1, { id: 1 }],
        [2, { id: 2 }],
      ]),
    )
    await sink.put({ ...plain('t', null, [null]), key: { schema: INT, values: [2] } })
    expect(await rowsOf(place)).toEqual([[1, null]])
  })
}

function tableSuite(open: OpenPlace): void {
  test('a missing table is made, missing columns are added, and rows that are there stay', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    const wider = valueSchema({
      id: INT,
      name: TEXT,
      n: primitive('int64', { default: 5 }),
      seen: timestamp({ optional: true }),
    })
    await sink.put(unkeyed('t', [{ id: 2, name: 'b', n: 6, seen: null }], wider))
    expect(await rowsOf(place)).toEqual([
      [1, 'a', 5, null],
      [2, 'b', 6, null],
    ])
  })

  test('two tasks make and widen a table at once', async () => {
    await using place = await open()
    await using one = await startSink(place, BY_VALUE)
    await using two = await startSink(place, BY_VALUE)
    await Promise.all([one.put(unkeyed('t', [{ id: 1 }])), two.put(unkeyed('t', [{ id: 2 }]))])
    const wider = valueSchema({ id: INT, name: TEXT, more: TEXT })
    await Promise.all([
      one.put(unkeyed('t', [{ id: 3, more: 'x' }], wider)),
      two.put(unkeyed('t', [{ id: 4, more: 'y' }], wider)),
    ])
    expect(await rowsOf(place)).toEqual([
      [1, null, null],
      [2, null, null],
      [3, null, 'x'],
      [4, null, 'y'],
    ])
  })

  test("columns are found without regard to case, and the table's spelling is used", async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (${place.quote('ID')} INT PRIMARY KEY, ${place.quote('Name')} VARCHAR(20))`)
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    expect(await rowsOf(place, 't', 'ID')).toEqual([[1, 'a']])
  })

  test('the name of the table comes from table.name.format, quotes included', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'table.name.format': place.quote('kafka_${topic}') })
    await sink.put(unkeyed('a.b', [{ id: 1 }]))
    expect(await rowsOf(place, 'kafka_a.b')).toEqual([[1, null]])
  })

  test('a table that was dropped meanwhile is made again', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1 }]))
    await place.query('DROP TABLE t')
    await sink.put(unkeyed('t', [{ id: 2 }]))
    expect(await rowsOf(place)).toEqual([[2, null]])
  })

  test('fields.whitelist leaves fields out, and never the key', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'fields.whitelist': 'name' })
    const schema = valueSchema({ id: INT, secret: TEXT, name: TEXT })
    await sink.put(unkeyed('t', [{ id: 1, secret: 's', name: 'a' }], schema))
    expect(await rowsOf(place)).toEqual([[1, 'a']])
  })

  test('an upsert by columns that are not the primary key is warned about', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT UNIQUE, name VARCHAR(20))')
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1 }]))
    expect(sink.journal.warnings.join()).toContain('has no primary key')
  })
}
