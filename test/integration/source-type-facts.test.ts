// What is known of the types of the Java source, given and expected, by the numbers of its list of facts; on PostgreSQL.
import { DATE, DECIMAL, TIME, type Props } from '@rowbridge/api'
import { describeWith, type DatabaseServer } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { serverPlace, type Place } from '../jdbc/place.js'
import { startSink, startSource } from '../jdbc/drive.js'

/** Fields as `type` or `type name`, with the values of the only row. */
interface Read {
  readonly types: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
}

const ONCE = { mode: 'bulk', 'poll.interval.ms': '3600000', 'table.whitelist': 't' }

async function tableOf(server: DatabaseServer, columns: string, values: string): Promise<Place> {
  const place = await serverPlace(server)
  await place.query(`CREATE TABLE t (${columns})`)
  await place.query(`INSERT INTO t VALUES (${values})`)
  return place
}

async function readOnce(place: Place, props: Props = {}): Promise<Read> {
  await using source = await startSource(place, { ...ONCE, ...props })
  const [told] = await source.take(1)
  const fields = source.batches[0]?.value.schema?.fields ?? []
  return {
    types: Object.fromEntries(fields.map(({ name, schema }) => [name, schema.name ?? schema.type])),
    values: told?.value ?? {},
  }
}

describeWith(['postgresql'], 'types of the source on PostgreSQL', ({ postgresql }) => {
  test('fact 64: a CHAR keeps its padding', async () => {
    await using place = await tableOf(postgresql, 'c CHAR(5)', "'a'")
    expect((await readOnce(place)).values).toEqual({ c: 'a    ' })
  })

  test('facts 65, 63: whole NUMERICs are the smallest integer with precision_only, by either key, the newer one first', async () => {
    await using place = await tableOf(
      postgresql,
      'a NUMERIC(1), b NUMERIC(3), c NUMERIC(5), d NUMERIC(10), e NUMERIC(20)',
      '1, 2, 3, 4, 5',
    )
    const integers = { a: 'int8', b: 'int16', c: 'int32', d: 'int64', e: DECIMAL }
    const decimals = { a: DECIMAL, b: DECIMAL, c: DECIMAL, d: DECIMAL, e: DECIMAL }
    const old = { 'numeric.precision.mapping': 'true' }
    expect((await readOnce(place, { 'numeric.mapping': 'precision_only' })).types).toEqual(integers)
    expect((await readOnce(place, old)).types).toEqual(integers)
    expect((await readOnce(place, { ...old, 'numeric.mapping': 'none' })).types).toEqual(decimals)
  })

  test('fact 66: a Decimal tells its precision beside its scale', async () => {
    await using place = await tableOf(postgresql, 'd NUMERIC(20,5)', '1.5')
    await using source = await startSource(place, ONCE)
    await source.take(1)
    expect(source.batches[0]?.value.schema?.fields[0]?.schema.parameters).toEqual({
      scale: '5',
      'connect.decimal.precision': '20',
    })
  })

  test.each([
    ['facts 67, 73b: none', 'none', [DECIMAL, DECIMAL, DECIMAL]],
    ['facts 67, 73b: precision_only', 'precision_only', ['int32', DECIMAL, DECIMAL]],
    ['facts 67, 73b: best_fit', 'best_fit', ['int32', 'float64', DECIMAL]],
    ['facts 67, 73b: best_fit_eager_double', 'best_fit_eager_double', ['int32', 'float64', 'float64']],
  ])('%s maps NUMERIC(8,0), (10,2) and (20,5)', async (_fact, mapping, expected) => {
    await using place = await tableOf(postgresql, 'a NUMERIC(8,0), b NUMERIC(10,2), c NUMERIC(20,5)', '1, 2.5, 3.25')
    const { types, values } = await readOnce(place, { 'numeric.mapping': mapping })
    expect(Object.values(types)).toEqual(expected)
    expect(Object.values(values).map(Number)).toEqual([1, 2.5, 3.25])
  })

  // There 2 to 8 bits are an int8, by a driver that reads their digits as a decimal number, and more are bytes.
  test('fact 68: one bit is a boolean, more are the text of their digits', async () => {
    await using place = await tableOf(postgresql, 'a BIT(1), b BIT(8), c BIT(9)', "B'1', B'11000001', B'100000001'")
    expect(await readOnce(place)).toEqual({
      types: { a: 'boolean', b: 'string', c: 'string' },
      values: { a: true, b: '11000001', c: '100000001' },
    })
  })

  test('fact 69: documents and UUIDs are strings', async () => {
    const uuid = '123e4567-e89b-12d3-a456-426614174000'
    await using place = await tableOf(postgresql, 'a JSON, b JSONB, c UUID', `'{"a":  1}', '{"a":  1}', '${uuid}'`)
    const { types, values } = await readOnce(place)
    expect(types).toEqual({ a: 'string', b: 'string', c: 'string' })
    expect(values).toEqual({ a: '{"a":  1}', b: '{"a": 1}', c: uuid })
  })

  test('fact 70: a NUMERIC without a precision is a Decimal', async () => {
    await using place = await tableOf(postgresql, 'a NUMERIC', '1.5')
    await using source = await startSource(place, ONCE)
    const [told] = await source.take(1)
    expect(source.batches[0]?.value.schema?.fields[0]?.schema).toMatchObject({
      name: DECIMAL,
      parameters: { scale: '127' },
    })
    expect(Number(told?.value['a'])).toBe(1.5)
  })

  test.each(['America/New_York', 'Asia/Tokyo', 'UTC'])('fact 71: db.timezone=%s moves no day', async (zone) => {
    await using place = await tableOf(postgresql, 'd DATE', "'1970-01-11'")
    expect(await readOnce(place, { 'db.timezone': zone })).toEqual({ types: { d: DATE }, values: { d: 10 } })
  })

  test('fact 72: days before 1582 are counted by the calendar of the setting, and come back as they were', async () => {
    await using place = await tableOf(postgresql, 'id INT, d DATE', "1, '1500-03-01'")
    const days: unknown[] = []
    for (const calendar of ['LEGACY', 'PROLEPTIC_GREGORIAN']) {
      const props = { 'date.calendar.system': calendar }
      await using source = await startSource(place, { ...ONCE, ...props })
      days.push((await source.take(1))[0]?.value['d'])
      const copy = `copy_${calendar.toLowerCase()}`
      await using sink = await startSink(place, { ...props, 'auto.create': 'true', 'table.name.format': copy })
      await sink.put(...source.batches)
      expect(await place.query(`SELECT d::text AS d FROM ${copy}`)).toEqual([{ d: '1500-03-01' }])
    }
    expect(Number(days[0]) - Number(days[1])).toBe(10)
  })

  // There the field is absent, which loses it without a word.
  test('fact 73: a type that Connect does not know is text', async () => {
    await using place = await tableOf(postgresql, 'id INT, a INT[]', "1, '{1,NULL}'")
    expect(await readOnce(place)).toEqual({ types: { id: 'int32', a: 'string' }, values: { id: 1, a: '{1,NULL}' } })
  })

  test('fact 73a: every common type, with nanoseconds as numbers', async () => {
    const rows: readonly (readonly [column: string, literal: string, type: string, value: unknown])[] = [
      ['SMALLINT', '-5', 'int16', -5],
      ['INTEGER', '70000', 'int32', 70_000],
      ['BIGINT', '9007199254740993', 'int64', 9_007_199_254_740_993n],
      ['NUMERIC(20,5)', '1.25', DECIMAL, '1.25000'],
      ['DECIMAL(10,5)', '1.5', DECIMAL, '1.50000'],
      ['REAL', '1.5', 'float32', 1.5],
      ['DOUBLE PRECISION', '0.1', 'float64', 0.1],
      ['CHAR(10)', "'ab'", 'string', 'ab        '],
      ['VARCHAR(10)', "'ab '", 'string', 'ab '],
      ['TEXT', "'t'", 'string', 't'],
      ['BYTEA', "'\\x00ff'", 'bytes', Buffer.from([0, 255])],
      ['UUID', "'123e4567-e89b-12d3-a456-426614174000'", 'string', '123e4567-e89b-12d3-a456-426614174000'],
      ['JSON', "'[1]'", 'string', '[1]'],
      ['JSONB', "'[1]'", 'string', '[1]'],
      ['DATE', "'1970-01-02'", DATE, 1],
      ['TIME', "'00:00:01.5'", TIME, 1500],
      ['TIMESTAMP', "'2020-01-01 00:00:00.123456'", 'int64', 1_577_836_800_123_456_000n],
      ['BOOLEAN', 'true', 'boolean', true],
    ]
    await using place = await tableOf(
      postgresql,
      rows.map(([column], i) => `c${i} ${column}`).join(', '),
      rows.map(([, literal]) => literal).join(', '),
    )
    const { types, values } = await readOnce(place, { 'timestamp.granularity': 'nanos_long' })
    expect(Object.values(types)).toEqual(rows.map(([, , type]) => type))
    expect(Object.values(values)).toEqual(rows.map(([, , , value]) => value))
  })
})
