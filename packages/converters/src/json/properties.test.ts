// What holds for any schema and any value: seeded, so that a failure comes again.
import {
  arrayOf,
  byteColumn,
  textAt,
  DECIMAL,
  decimal,
  mapOf,
  primitive,
  scaleOf,
  struct,
  time,
  type ByteColumn,
  type Schema,
} from '@rowbridge/api'
import { expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'
import { parseExactly } from './exact-parse.js'

type Random = (below: number) => number

function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}

const CHARS = [
  'a',
  'Z',
  '0',
  ' ',
  '"',
  '\\',
  '\n',
  '\u0001',
  '\u007f',
  'ä',
  '€',
  '\u2028',
  '😀',
  '\ud800',
  '/',
  '{',
  '}',
]
const text = (random: Random) => Array.from({ length: random(70) }, () => CHARS[random(CHARS.length)]).join('')
const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!

function randomSchema(random: Random, depth: number): Schema {
  const options = { optional: random(2) === 0 }
  const kind = random(depth > 0 ? 14 : 11)
  if (kind === 9) return decimal(random(30) - 3, options)
  if (kind === 10) return time(options)
  if (kind === 11) return arrayOf(randomSchema(random, depth - 1), options)
  if (kind === 12)
    return mapOf(pick(random, [primitive('string'), primitive('int32')]), randomSchema(random, depth - 1), options)
  if (kind === 13) {
    const fields = Array.from({ length: random(6) }, (_, i) => ({
      name: `${text(random)}${i}`,
      schema: randomSchema(random, depth - 1),
    }))
    return struct(fields, { ...options, name: pick(random, [null, text(random)]) })
  }
  return primitive(
    pick(random, ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string', 'bytes']),
    options,
  )
}

const INTS = { int8: 127, int16: 32_767, int32: 2_147_483_647 }
const DOUBLES = [
  0,
  -0,
  0.1,
  1.5,
  -123.4567,
  1e7,
  9999999.999,
  1e-3,
  1e-7,
  1e21,
  5e-324,
  Number.NaN,
  Infinity,
  -Infinity,
  1 / 3,
]
const LONGS = [
  0,
  7,
  -7,
  2 ** 31,
  -(2 ** 31),
  1_700_000_000_000,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
]

function randomDecimal(random: Random, scale: number): string {
  const digits = Array.from({ length: 1 + random(40) }, () => random(10)).join('')
  const whole = digits.replace(/^0+(?=\d)/, '')
  const sign = random(2) === 0 && /[1-9]/.test(digits) ? '-' : ''
  if (scale <= 0) return whole === '0' ? '0' : `${sign}${whole}${'0'.repeat(-scale)}`
  const padded = whole.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

function randomValue(random: Random, schema: Schema): unknown {
  if (schema.optional && random(4) === 0) return null
  const part = (inner: Schema | null) => randomValue(random, inner!)
  const many = Array.from({ length: random(5) })
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
      return schema.name === null ? random(2 * INTS[schema.type]) - INTS[schema.type] : random(86_400_001)
    case 'int64':
      return pick(random, LONGS)
    case 'float32':
      return Math.fround(
        pick(
          random,
          DOUBLES.filter((value) => Math.fround(value) !== 0 || value === 0),
        ),
      )
    case 'float64':
      return pick(random, DOUBLES)
    case 'boolean':
      return random(2) === 0
    case 'string':
      return text(random)
    case 'bytes':
      return schema.name === DECIMAL ? randomDecimal(random, scaleOf(schema)!) : Buffer.from(text(random))
    case 'array':
      return many.map(() => part(schema.valueSchema))
    case 'map':
      return new Map(many.map(() => [part(schema.keySchema), part(schema.valueSchema)]))
    case 'struct':
      return schema.fields.map((field) => part(field.schema))
  }
}

/** float32 is read as the short decimal it was written with. */
function comparable(schema: Schema, value: unknown): unknown {
  if (value === null) return null
  if (schema.type === 'float32') return Math.fround(Number(value))
  if (schema.type === 'array') return (value as unknown[]).map((item) => comparable(schema.valueSchema!, item))
  if (schema.type === 'map') {
    const entries = [...(value as Map<unknown, unknown>)].map(
      ([key, item]) => [String(key), comparable(schema.valueSchema!, item)] as const,
    )
    return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  if (schema.type === 'struct')
    return schema.fields.map((field, i) => comparable(field.schema, (value as unknown[])[i]))
  return value
}

const texts = (column: ByteColumn) => Array.from({ length: column.length }, (_, i) => textAt(column, i))

test.each(['BASE64', 'NUMERIC'])(
  'what was written is read as the same values and written as the same bytes (%s)',
  async (format) => {
    const random = randomOf(20_240_229)
    for (let round = 0; round < 400; round++) {
      const schema = randomSchema(random, 3)
      const values = Array.from({ length: 1 + random(4) }, () => randomValue(random, schema))
      const converter = jsonConverterOf({ 'decimal.format': format })
      const encoder = await converter.encoder('t', schema)
      const bytes = encoder.encode(values)
      const runs = await converter.decoder('t').decode(bytes)
      expect(runs).toHaveLength(1)
      expect(runs[0]!.schema).toBe(schema)
      const expected = values.map((value) => comparable(schema, value))
      expect(runs[0]!.values.map((value) => comparable(schema, value))).toEqual(expected)
      const again = values.every((value) => !hasMap(value)) ? encoder.encode(runs[0]!.values) : bytes
      expect(texts(again)).toEqual(texts(bytes))
    }
  },
)

function hasMap(value: unknown): boolean {
  return value instanceof Map || (Array.isArray(value) && value.some(hasMap))
}

function randomJson(random: Random, depth: number): unknown {
  const kind = random(depth > 0 ? 6 : 4)
  if (kind === 0) return pick(random, [null, true, false])
  if (kind === 1) return pick(random, [0, 1.5, -12, 1e-7, 123456789, 0.1, 999_999_999_999_999])
  if (kind < 4) return text(random)
  const many = Array.from({ length: random(5) })
  if (kind === 4) return many.map(() => randomJson(random, depth - 1))
  return Object.fromEntries(many.map((_, i) => [`${text(random)}${i}`, randomJson(random, depth - 1)]))
}

test('without long numbers, reading is JSON.parse, as the exact parser is', async () => {
  const random = randomOf(7)
  const jsons = Array.from({ length: 500 }, () => JSON.stringify(randomJson(random, 4), null, random(3)))
  const column = byteColumn(jsons.map((json) => Buffer.from(json)))
  const [run] = await jsonConverterOf({ 'schemas.enable': 'false' }).decoder('t').decode(column)
  const parsed = jsons.map((json) => JSON.parse(json) as unknown)
  expect(run!.values).toEqual(parsed)
  expect(jsons.map((json) => parseExactly(json))).toEqual(parsed)
})
