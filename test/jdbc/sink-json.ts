// Plain JSON, without schemas, into tables.
import { expect, test } from 'vitest'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace, type Place } from './place.js'
import { plain } from './records.js'
import { AUTO, BY_KEY, BY_VALUE, DELETES } from './sink-configs.js'

const INFER = { ...BY_VALUE, 'schema.infer': 'true' }

function json(topic: string, ...values: readonly unknown[]) {
  return plain(topic, null, values)
}

/** A value of JSON, however the driver hands it over. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}

async function columnsOf(place: Place, ...names: readonly string[]): Promise<unknown[][]> {
  const list = names.map((name, i) => `${place.quote(name)} AS c${i}`).join(', ')
  const rows = await place.query(`SELECT ${list} FROM t ORDER BY id`)
  return rows.map((row) => names.map((_, i) => row[`c${i}`]))
}

export function jsonSuite(open: OpenPlace): void {
  test('objects are written as the columns of the table want them', async () => {
    await using place = await open()
    await place.query(
      `CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), amount DECIMAL(20,2), seen ${place.timestamp}, day DATE, big BIGINT)`,
    )
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(
      json(
        't',
        {
          id: 1,
          name: 'a',
          amount: 12.5,
          seen: '2024-02-29T13:14:15.123456Z',
          day: '2024-02-29',
          big: 9007199254740993n,
        },
        { id: '2', name: 7, amount: '3.10', big: '12' },
      ),
    )
    const text = (column: string) => (place.kind === 'postgresql' ? `${column}::text` : `concat(${column}, '')`)
    const cast = (column: string) => `${place.kind === 'sqlite' ? column : text(column)} AS ${column}`
    const rows = await place.query(
      `SELECT id, name, ${['amount', 'seen', 'day', 'big'].map(cast).join(', ')} FROM t ORDER BY id`,
    )
    const shown = rows.map((row) =>
      Object.values(row).map((value) => (value === null ? null : String(value as string | number))),
    )
    const day = expect.stringMatching(/^2024-02-29/)
    expect(shown[0]).toEqual([
      '1',
      'a',
      expect.stringMatching(/^12\.50?$/),
      expect.stringMatching(/13:14:15\.123456$/),
      day,
      expect.stringMatching(/^900719925474099/),
    ])
    expect(shown[1]).toEqual(['2', '7', expect.stringMatching(/^3\.10?$/), null, null, '12'])
  })

  test('what an object does not have is left as it is; a null is written', async () => {
    await using place = await open()
    await place.query("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'd', b VARCHAR(20))")
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(json('t', { id: 1, b: 'x' }, { id: 2, a: 'own' }, { id: 1, a: null }, { id: 2, b: 'y' }))
    expect(await rowsOf(place)).toEqual([
      [1, null, 'x'],
      [2, 'own', 'y'],
    ])
  })

  test('keys may be plain too, and tombstones delete', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await using sink = await startSink(place, DELETES)
    const keyedBy = (keys: readonly unknown[], values: readonly unknown[]) => ({
      ...json('t', ...values),
      key: { schema: null, values: keys },
    })
    await sink.put(keyedBy([1, 2, '1', 3], [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }]))
    await sink.put(keyedBy(['2'], [null]))
    expect(await rowsOf(place)).toEqual([
      [1, 'c'],
      [3, 'd'],
    ])
  })

  test('an object as key gives its members', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT, part INT, name VARCHAR(20), PRIMARY KEY (id, part))')
    await using sink = await startSink(place, { ...BY_KEY, 'pk.fields': '' })
    await sink.put({ ...json('t', { name: 'a' }), key: { schema: null, values: [{ id: 1, part: 2 }] } })
    expect(await rowsOf(place)).toEqual([[1, 2, 'a']])
  })

  test('without schema.infer nothing is made, and the message says what to do', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const put = sink.put(json('t', { id: 1 }))
    await expect(put).rejects.toMatchObject({ hint: expect.stringContaining('schema.infer=true') as string })
  })

  test('with schema.infer the table is made for the values, and grows with them', async () => {
    await using place = await open()
    await using sink = await startSink(place, INFER)
    await sink.put(json('t', { id: 1, whole: 5, real: 1.5, flag: true, text: 'x', list: [1, 2], nothing: null }))
    await sink.put(json('t', { id: 2, whole: 6, later: 'new', nothing: 'something' }))
    expect(await columnsOf(place, 'id', 'text', 'later', 'nothing')).toEqual(
      [
        [1, 'x', null, null],
        [2, null, 'new', 'something'],
      ].map((row) => row.map((value, i) => (i === 0 && place.kind !== 'sqlite' ? expect.anything() : value))),
    )
    const [first] = await columnsOf(place, 'whole', 'real', 'flag', 'list')
    expect([Number(first?.[0]), Number(first?.[1]), Number(first?.[2]), parsed(first?.[3])]).toEqual([
      5,
      1.5,
      1,
      [1, 2],
    ])
  })

  test('inferred types widen as values need it, and lose nothing', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...INFER, 'evolve.mode': 'widen' })
    await sink.put(json('t', { id: 1, n: 5, m: 7, b: 9007199254740993n }))
    await sink.put(json('t', { id: 2, n: 5.5, m: 'seven', b: 0.5 }))
    const rows = await columnsOf(place, 'n', 'm', 'b')
    expect(rows.map((row) => row.map(String))).toEqual([
      ['5', '7', '9007199254740993'],
      ['5.5', 'seven', '0.5'],
    ])
  })

  test('a mixture within one batch gets the type that holds all of it', async () => {
    await using place = await open()
    await using sink = await startSink(place, INFER)
    await sink.put(json('t', { id: 1, x: 1, y: true }, { id: 2, x: 'one', y: 0.5 }, { id: 3, x: { deep: 1 }, y: null }))
    const rows = await columnsOf(place, 'x', 'y')
    expect(rows.map((row) => row.map((value) => (value === null ? null : String(value as string | number))))).toEqual([
      ['1', 'true'],
      ['one', '0.5'],
      ['{"deep":1}', null],
    ])
  })

  test.each([
    ['ignore', [[1, 'a']]],
    ['overflow', [[1, 'a', { more: [1, { x: 'é' }], big: 1 }]]],
  ])('with unknown.fields=%s a field without a column has its place', async (mode, expected) => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await using sink = await startSink(place, { ...BY_VALUE, 'unknown.fields': mode, 'overflow.column': 'rest' })
    await sink.put(json('t', { id: 1, name: 'a', more: [1, { x: 'é' }], big: 1, none: null }))
    const rows = (await rowsOf(place)).map((row) => row.map((value, i) => (i === 2 ? parsed(value) : value)))
    expect(rows).toEqual(expected)
  })

  test('names of members that mean something to JavaScript are names', async () => {
    await using place = await open()
    await using sink = await startSink(place, INFER)
    const odd = JSON.parse('{"id": 1, "__proto__": "p", "constructor": "c", "toString": "s", "0": "zero"}') as object
    await sink.put(json('t', odd))
    expect(await columnsOf(place, '__proto__', 'constructor', 'toString', '0')).toEqual([['p', 'c', 's', 'zero']])
  })

  test('values that are no objects are refused where they stand', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...INFER, ...AUTO })
    await expect(sink.put(json('t', { id: 1 }, 5))).rejects.toThrow(/t-0@1: it has a value without a schema/)
  })
}
