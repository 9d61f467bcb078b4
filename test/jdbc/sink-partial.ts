// Rows of which a record says only a part, rows that are there already, and rows that are newer than what comes.
import { expect, test } from 'vitest'
import { primitive, timestamp } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, keyed, plain, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_VALUE, DELETES } from './sink-configs.js'

const WIDE = valueSchema({ id: INT, a: TEXT, b: TEXT })

export function partialSuite(open: OpenPlace): void {
  test.each([
    ['write', [1, 'new', null]],
    ['skip', [1, 'new', 'kept']],
  ])('with null.mode=%s a null leaves the row as %j', async (mode, row) => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 'old', 'kept')")
    await using sink = await startSink(place, { ...BY_VALUE, 'null.mode': mode })
    await sink.put(unkeyed('t', [{ id: 1, a: 'new', b: null }], WIDE))
    expect(await rowsOf(place)).toEqual([row])
  })

  test('nulls that are skipped let new rows have the defaults of the table', async () => {
    await using place = await open()
    await place.query("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'd', b VARCHAR(20))")
    await using sink = await startSink(place, { ...AUTO, 'null.mode': 'skip', 'pk.mode': 'record_value' })
    await sink.put(
      unkeyed(
        't',
        [
          { id: 1, a: null, b: 'x' },
          { id: 2, a: 'own', b: null },
          { id: 3, a: null, b: null },
        ],
        WIDE,
      ),
    )
    expect(await rowsOf(place)).toEqual([
      [1, 'd', 'x'],
      [2, 'own', null],
      [3, 'd', null],
    ])
  })

  test('parts of one row that come one after the other add up', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...DELETES, 'null.mode': 'skip' })
    const part = (id: number, a: string | null, b: string | null) => [id, { id, a, b }] as const
    const parts = [part(1, 'x', null), part(1, null, 'y'), part(2, 'x', 'y'), [2, null] as const, part(2, null, 'z')]
    await sink.put(keyed('t', parts, { value: WIDE }))
    expect(await rowsOf(place)).toEqual([
      [1, 'x', 'y'],
      [2, null, 'z'],
    ])
  })

  test('insert.mode=ignore keeps what is there, in the table and in the put', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 'there')")
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'ignore' })
    const people = [
      { id: 1, name: 'late' },
      { id: 2, name: 'first' },
      { id: 2, name: 'second' },
    ]
    await sink.put(unkeyed('t', people))
    expect(await rowsOf(place)).toEqual([
      [1, 'there'],
      [2, 'first'],
    ])
  })

  test('insert.mode=ignore still refuses what does not fit', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL)')
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'ignore' })
    await expect(sink.put(unkeyed('t', [{ id: 1, name: null }]))).rejects.toThrow(/t-0@0/)
    expect(await rowsOf(place)).toEqual([])
  })

  const versioned = valueSchema({ id: INT, v: primitive('int64', { optional: true }), name: TEXT })

  test.each(['upsert', 'update'])('with version.column and %s an older record overwrites nothing', async (mode) => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, v BIGINT, name VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 5, 'five'), (2, 5, 'five'), (3, 5, 'five'), (4, NULL, 'none')")
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': mode, 'version.column': 'v' })
    const records = [
      { id: 1, v: 4, name: 'old' },
      { id: 2, v: 5, name: 'same' },
      { id: 3, v: 7, name: 'new' },
      { id: 3, v: 6, name: 'late' },
      { id: 4, v: 1, name: 'first' },
      { id: 1, v: null, name: 'unknown' },
    ]
    await sink.put(unkeyed('t', records, versioned))
    expect(await rowsOf(place)).toEqual([
      [1, 5, 'five'],
      [2, 5, 'same'],
      [3, 7, 'new'],
      [4, 1, 'first'],
    ])
  })

  test('versions that only the database can compare are left to it', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT PRIMARY KEY, v ${place.timestamp}, name VARCHAR(20))`)
    await using sink = await startSink(place, { ...BY_VALUE, 'version.column': 'v' })
    const schema = valueSchema({ id: INT, v: TEXT, name: TEXT })
    const at = (second: string, name: string) => ({ id: 1, v: `2024-01-01 00:00:${second}`, name })
    await sink.put(unkeyed('t', [at('02', 'b'), at('10', 'c'), at('09', 'a')], schema))
    const [row] = await place.query('SELECT name FROM t')
    expect(row).toEqual({ name: 'c' })
  })

  test('a record without the field of the version is refused', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'version.column': 'v' })
    await expect(sink.put(unkeyed('t', [{ id: 1 }]))).rejects.toThrow(/t-0@0: .*no field v/)
  })

  test('an update that finds no row is counted, and told once', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 'same')")
    await using sink = await startSink(place, { ...BY_VALUE, 'insert.mode': 'update' })
    await sink.put(unkeyed('t', [{ id: 1, name: 'same' }]))
    expect(sink.metrics.get('sink-record-unmatched-total')).toBeUndefined()
    await sink.put(unkeyed('t', [{ id: 1, name: 'b' }, { id: 2 }, { id: 3 }]))
    await sink.put(unkeyed('t', [{ id: 4 }]))
    expect(sink.metrics.get('sink-record-unmatched-total')).toBe(3)
    expect(sink.journal.warnings.filter((line) => line.includes('found no row'))).toHaveLength(1)
  })

  test('tombstones=ignore leaves records without a value out, and names the right one of the others', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL)')
    await using sink = await startSink(place, { ...BY_VALUE, tombstones: 'ignore' })
    await sink.put(plain('t', valueSchema({ id: INT, name: TEXT }), [null, [1, 'a'], null]))
    expect(await rowsOf(place)).toEqual([[1, 'a']])
    const bad = sink.put(plain('t', valueSchema({ id: INT, name: TEXT }), [null, null, [2, null]]))
    await expect(bad).rejects.toThrow(/t-0@5/)
    await expect(bad).rejects.toMatchObject({ index: null })
  })

  test('a key that changes is the old row gone and the new one there, or neither', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE)')
    await place.query("INSERT INTO t VALUES (1, 'only one may be called this')")
    await using sink = await startSink(place, DELETES)
    const moved = (name: string | null) =>
      keyed('t', [
        [1, null],
        [2, { id: 2, name }],
      ])
    await expect(sink.put(moved(null))).rejects.toThrow(/t-0@/)
    expect(await rowsOf(place)).toEqual([[1, 'only one may be called this']])
    await sink.put(moved('only one may be called this'))
    expect(await rowsOf(place)).toEqual([[2, 'only one may be called this']])
  })

  test('many changes of few keys in one put end as if done one after the other', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    const expected = new Map<number, string>()
    const changes = Array.from({ length: 2000 }, (_, i) => {
      const id = (i * 7919) % 23
      const isDelete = (i * 31) % 5 === 0
      if (isDelete) expected.delete(id)
      else expected.set(id, `v${i}`)
      return [id, isDelete ? null : { id, name: `v${i}` }] as const
    })
    await sink.put(keyed('t', changes))
    expect(await rowsOf(place)).toEqual([...expected].toSorted(([a], [b]) => a - b))
  })

  test('a timestamp may be the version', async () => {
    await using place = await open()
    const schema = valueSchema({ id: INT, at: timestamp({ optional: true }), name: TEXT })
    await using sink = await startSink(place, { ...BY_VALUE, 'version.column': 'at' })
    await sink.put(unkeyed('t', [{ id: 1, at: 2000, name: 'new' }], schema))
    await sink.put(unkeyed('t', [{ id: 1, at: 1000, name: 'old' }], schema))
    const [row] = await place.query('SELECT name FROM t')
    expect(row).toEqual({ name: 'new' })
  })
}
