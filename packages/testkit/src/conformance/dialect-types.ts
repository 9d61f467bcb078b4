// A value that is written comes back as it was, at the edges of its type too.
import { date, decimal, primitive, time, timestamp, withOptions, type Schema } from '@rowbridge/api'
import { describe, expect, it } from 'vitest'
import {
  column,
  columnNamed,
  described,
  key,
  writeRows,
  type DialectFacts,
  type DialectSuite,
} from './dialect-suite.js'

interface Case {
  readonly name: string
  readonly schema: Schema
  readonly values: readonly unknown[]
  readonly isKept?: (facts: DialectFacts) => boolean
}

const LONG = 'ä'.repeat(70_000)

const CASES: readonly Case[] = [
  { name: 'int8', schema: primitive('int8'), values: [-128, 0, 127] },
  { name: 'int16', schema: primitive('int16'), values: [-32_768, 0, 32_767] },
  { name: 'int32', schema: primitive('int32'), values: [-2_147_483_648, -1, 2_147_483_647] },
  {
    name: 'int64',
    schema: primitive('int64'),
    values: [-9223372036854775808n, -9007199254740993n, 4_294_967_296, 9007199254740991, 9223372036854775807n],
  },
  { name: 'float32', schema: primitive('float32'), values: [0, 0.5, -1.5, 16_777_216 / 2 ** 10] },
  {
    name: 'float64',
    schema: primitive('float64'),
    values: [0, 0.1, 632 / 7, -1.7976931348623157e308, 2.2250738585072014e-308, 1e21, 1e-7, 2 ** 60],
  },
  { name: 'negative zero', schema: primitive('float64'), values: [-0], isKept: (facts) => facts.keepsNegativeZero },
  {
    name: 'special floats',
    schema: primitive('float64'),
    values: [NaN, Infinity, -Infinity],
    isKept: (facts) => facts.keepsSpecialFloats,
  },
  { name: 'boolean', schema: primitive('boolean'), values: [true, false] },
  {
    name: 'string',
    schema: primitive('string'),
    values: [
      '',
      ' ',
      "it's",
      'héllo 😀 日本語',
      '"\\/`\t\r\n%_?$1',
      'NULL',
      'null',
      '{}',
      '{1,2}',
      'trailing  ',
      '007',
      LONG,
    ],
  },
  { name: 'U+0000', schema: primitive('string'), values: ['a\0b'], isKept: (facts) => facts.keepsNul },
  {
    name: 'bytes',
    schema: primitive('bytes'),
    values: [Buffer.alloc(0), Buffer.from([0, 255, 92, 39, 34]), Buffer.alloc(70_000, 7)],
  },
  {
    name: 'decimal of scale 2',
    schema: decimal(2),
    values: ['0.00', '-0.01', '12.50', '99999999999999999999999999999.99', '-0.10'],
  },
  { name: 'decimal of scale 0', schema: decimal(0), values: ['0', '-1', '123456789012345678901234567890'] },
  { name: 'decimal of scale 127', schema: decimal(127), values: [`0.${'0'.repeat(126)}1`, `-1.${'5'.repeat(127)}`] },
  { name: 'date', schema: date(), values: [0, -1, 19_782, -719_162, 2_932_896] },
  { name: 'time', schema: time(), values: [0, 1, 47_655_123, 86_399_999] },
  {
    name: 'timestamp',
    schema: timestamp(),
    values: [0, -1, 1_709_212_455_123, 1_709_212_455_000, -62_135_596_800_000, 253_402_300_799_999],
  },
]

/** The form in which two equal values are equal. */
function comparable(value: unknown, schema: Schema, facts: DialectFacts): unknown {
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (schema.name?.endsWith('.Decimal') === true) {
    const text = value as string
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text
  }
  return typeof value === 'boolean' && facts.hasNumericBooleans ? Number(value) : value
}

export function typeConformance(suite: DialectSuite): void {
  describe('types', () => {
    it.each(CASES)('keeps $name', async ({ schema, values, isKept }) => {
      const { facts } = suite.house()
      const columns = [key('id', primitive('int32')), column('v', withOptions(schema, { optional: true }))]
      const table = await suite.table(columns)
      const rows = [...values, null].map((value, i) => [i, value])
      const outcome = await writeRows(suite.db(), { table, columns }, rows).then(
        () => 'kept',
        (error: Error) => `${error.name}: ${error.message}`,
      )
      const mustBeKept = isKept?.(facts) !== false
      expect(outcome).toMatch(mustBeKept ? /^kept$/ : /^(?:kept$|DataError)/)
      if (!mustBeKept) return
      const page = await suite.rows(table)
      const found = page.rows.map((row) => comparable(row[1], schema, facts))
      expect(found).toEqual([...values, null].map((value) => comparable(value, schema, facts)))
    })

    it('describes what it made: names, order, key and what may be null', async () => {
      const columns = [
        key('id', primitive('int64')),
        column('required', primitive('string')),
        column('optional', primitive('float64', { optional: true })),
      ]
      const table = await suite.table(columns)
      expect(table.kind).toBe('table')
      expect(table.primaryKey).toEqual(['id'])
      expect(table.columns.map(({ name, isNullable, isPrimaryKey }) => ({ name, isNullable, isPrimaryKey }))).toEqual([
        { name: 'id', isNullable: false, isPrimaryKey: true },
        { name: 'required', isNullable: false, isPrimaryKey: false },
        { name: 'optional', isNullable: true, isPrimaryKey: false },
      ])
      const page = await suite.rows(table)
      expect(page.schema.fields.map((field) => field.schema)).toEqual(table.columns.map((each) => each.schema))
    })

    it('fills in the defaults of a schema, whatever is in them', async () => {
      const defaults: readonly (readonly [string, Schema])[] = [
        ['s', primitive('string', { optional: true, default: 'it\'s ? \\ "q" 😀' })],
        ['i', primitive('int64', { optional: true, default: -5 })],
        ['d', decimal(2, { optional: true, default: '1.50' })],
        ['day', date({ optional: true, default: 19_782 })],
        ['ts', timestamp({ optional: true, default: 1_709_212_455_123 })],
        ['clock', time({ optional: true, default: 47_655_123 })],
        ['by', primitive('bytes', { optional: true, default: new Uint8Array([0, 255]) })],
        ['f', primitive('float64', { optional: true, default: 0.5 })],
      ]
      const columns = [key('id', primitive('int32'))]
      const table = await suite.table([...columns, ...defaults.map(([name, schema]) => column(name, schema))])
      await writeRows(suite.db(), { table, columns }, [[1]])
      const page = await suite.rows(table)
      const found = defaults.map(([, schema], i) => comparable(page.rows[0]?.[i + 1], schema, suite.house().facts))
      const wanted = defaults.map(([, schema]) => comparable(schema.default, schema, suite.house().facts))
      expect(found).toEqual(wanted)
    })

    it('makes keys of every type that can be one, alone and together', async () => {
      const keys = [
        key('s', primitive('string')),
        key('i', primitive('int64')),
        key('b', primitive('bytes')),
        key('d', decimal(2)),
        key('day', date()),
      ]
      const table = await suite.table(keys)
      const row = ['Straße', 9007199254740993n, Buffer.from([0, 1]), '10.50', 0]
      const other = ['straße', ...row.slice(1)]
      await writeRows(suite.db(), { table, columns: keys, mode: 'upsert' }, [row, other])
      await writeRows(suite.db(), { table, columns: keys, mode: 'upsert' }, [row])
      expect((await suite.rows(table)).rows).toHaveLength(2)
      await writeRows(suite.db(), { table, columns: keys, mode: 'delete' }, [other])
      expect((await suite.rows(table)).rows.map((each) => each[0])).toEqual(['Straße'])
    })

    it('gives the same schema object while the columns stay the same', async () => {
      const table = await suite.table([key('id', primitive('int32'))])
      const first = await suite.rows(table)
      expect((await suite.rows(table)).schema).toBe(first.schema)
      await suite.db().addColumns(table.id, [column('more', primitive('string', { optional: true }))])
      const later = await suite.rows(table)
      expect(later.schema.fields.map((field) => field.name)).toEqual(['id', 'more'])
    })

    it('adds several columns, with defaults, to rows that are there', async () => {
      const id = key('id', primitive('int32'))
      const table = await suite.table([id])
      await writeRows(suite.db(), { table, columns: [id] }, [[1]])
      const added = [
        column('a', primitive('int32', { optional: true })),
        column('b', primitive('string', { optional: true, default: 'x' })),
      ]
      await suite.db().addColumns(table.id, added)
      const again = described(await suite.db().describe(table.id))
      expect(columnNamed(again.columns, 'b').isNullable).toBe(true)
      expect((await suite.rows(again)).rows).toEqual([[1, null, 'x']])
    })
  })
}
