// Structs, arrays and maps within a value.
import { expect, test } from 'vitest'
import { arrayOf, date, decimal, mapOf, primitive, struct, timestamp, withOptions, type Schema } from '@rowbridge/api'
import { startSink } from './drive.js'
import type { OpenPlace, Place } from './place.js'
import { INT, plain, TEXT, valueSchema } from './records.js'
import { BY_VALUE } from './sink-configs.js'

const POINT = struct(
  [
    { name: 'x', schema: primitive('float64') },
    { name: 'when', schema: timestamp({ optional: true }) },
  ],
  { optional: true },
)
const DEEP = valueSchema({
  id: INT,
  point: POINT,
  tags: arrayOf(primitive('string', { optional: true }), { optional: true }),
  by: mapOf(primitive('string'), primitive('int64'), { optional: true }),
})
const optional = (schema: Schema): Schema => withOptions(schema, { optional: true })

/** A value of JSON or of an array, however the driver hands it over. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}

/** An expression as text, past what drivers make of JSON. */
function textOf(place: Place, expression: string): string {
  if (place.kind === 'sqlite') return expression
  return place.kind === 'postgresql' ? `(${expression})::text` : `concat(${expression}, '')`
}

async function firstRow(place: Place, ...columns: readonly string[]): Promise<unknown[]> {
  const [row = {}] = await place.query(
    `SELECT ${columns.map((name) => place.quote(name)).join(', ')} FROM t ORDER BY id`,
  )
  return columns.map((name) => row[name])
}

export function nestedSuite(open: OpenPlace): void {
  const row = [
    1,
    [0.1, 1_709_212_455_123],
    ['a "q"', null, 'ü', 'c:\\d'],
    new Map<string, unknown>([
      ['n', 9007199254740993n],
      ['m', 1],
    ]),
  ]

  test('nested.mode=json keeps all of a struct, an array and a map', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(plain('t', DEEP, [row, [2, null, null, null]]))
    const [point, tags] = await firstRow(place, 'point', 'tags')
    expect(parsed(point)).toEqual({ x: 0.1, when: '2024-02-29T13:14:15.123Z' })
    expect(parsed(tags)).toEqual(['a "q"', null, 'ü', 'c:\\d'])
    const text = textOf(place, place.quote('by'))
    const [map] = await place.query(`SELECT ${text} AS by_text FROM t ORDER BY id`)
    expect(String(map?.['by_text']).replaceAll(' ', '')).toMatch(/"n":9007199254740993\b/)
    const empty = await place.query('SELECT point, tags FROM t WHERE id = 2')
    expect(Object.values(empty[0] ?? {})).toEqual([null, null])
  })

  test('lists of objects, of days, of decimals and of bytes are kept', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const schema = valueSchema({
      id: INT,
      points: arrayOf(struct([{ name: 'd', schema: decimal(3) }]), { optional: true }),
      outer: struct(
        [
          { name: 'day', schema: date() },
          { name: 'bytes', schema: primitive('bytes') },
          { name: 'real', schema: primitive('float64') },
        ],
        { optional: true },
      ),
    })
    await sink.put(plain('t', schema, [[1, [['1.500'], ['2.000']], [19_782, Buffer.from([0, 255]), NaN]]]))
    const [points, outer] = await firstRow(place, 'points', 'outer')
    expect(parsed(points)).toEqual([{ d: 1.5 }, { d: 2 }])
    expect(parsed(outer)).toEqual({ day: '2024-02-29', bytes: 'AP8=', real: 'NaN' })
  })

  test('nested.mode=flatten gives each field of a struct a column', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'nested.mode': 'flatten' })
    const inner = struct([{ name: 'city', schema: primitive('string') }], { optional: true })
    const outer = struct(
      [
        { name: 'zip', schema: primitive('string') },
        { name: 'in', schema: inner },
        { name: 'n', schema: optional(primitive('int32')) },
      ],
      { optional: true },
    )
    const schema = valueSchema({ id: INT, a: outer, last: TEXT })
    await sink.put(
      plain('t', schema, [
        [1, ['z', ['c'], 7], 'l'],
        [2, null, 'l'],
        [3, ['z', null, null], null],
      ]),
    )
    const rows = await place.query('SELECT id, a_zip, a_in_city, a_n, last FROM t ORDER BY id')
    expect(rows.map((row) => Object.values(row))).toEqual([
      [1, 'z', 'c', 7, 'l'],
      [2, null, null, null, 'l'],
      [3, 'z', null, null, null],
    ])
  })

  test('a struct and a list have their defaults in the table too', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const inner = [{ name: 'x', schema: primitive('string') }]
    const schema = valueSchema({
      id: INT,
      s: struct(inner, { optional: true, default: ['it\'s "q" \\'] }),
      l: arrayOf(struct(inner), { optional: true, default: [['a']] }),
    })
    await sink.put(plain('t', schema, [[1, ['own'], []]]))
    await place.query('INSERT INTO t (id) VALUES (2)')
    const [row = {}] = await place.query('SELECT s, l FROM t WHERE id = 2')
    expect([parsed(row['s']), parsed(row['l'])]).toEqual([{ x: 'it\'s "q" \\' }, [{ x: 'a' }]])
  })

  test('nested.mode=fail refuses, and says which field', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'nested.mode': 'fail' })
    await expect(sink.put(plain('t', DEEP, [row]))).rejects.toThrow(/t-0@0: .*point is a struct/)
  })

  test('a struct goes into a column of text that is there', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, point VARCHAR(100), tags VARCHAR(10))')
    await using sink = await startSink(place, { ...BY_VALUE, 'fields.whitelist': 'point' })
    await sink.put(plain('t', DEEP, [[1, [1, null], null, null]]))
    expect((await firstRow(place, 'point')).map(parsed)).toEqual([{ x: 1, when: null }])
  })

  test.each([
    ['int32', [1, null, -5]],
    ['int64', [9007199254740993n, 1]],
    ['float64', [0.5, -1]],
    ['boolean', [true, false, null]],
    ['string', ['a,b', '{}', 'NULL', '', null]],
  ] as const)('an array of %s is there as it was', async (type, values) => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const schema = valueSchema({ id: INT, list: arrayOf(optional(primitive(type)), { optional: true }) })
    await sink.put(
      plain('t', schema, [
        [1, values],
        [2, []],
      ]),
    )
    const isArray = place.kind === 'postgresql'
    const [{ list, kind } = {}] = await place.query(
      `SELECT ${textOf(place, isArray ? 'array_to_json(list)' : 'list')} AS list, ${isArray ? 'pg_typeof(list)::text' : "'text'"} AS kind FROM t ORDER BY id`,
    )
    expect(String(list).replaceAll(' ', '')).toBe(
      `[${values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))).join(',')}]`,
    )
    expect(String(kind).endsWith('[]')).toBe(isArray)
  })
}
