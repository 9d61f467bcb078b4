// What the encoder refuses: each value is named with its type and its place.
import { arrayOf, DataError, decimal, mapOf, primitive, struct, time, type Schema } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'

const INT32 = primitive('int32')
const INT64 = primitive('int64')
const STRING = primitive('string')

describe('a value that does not fit its schema', () => {
  const ROW = struct([
    { name: 'id', schema: INT64 },
    { name: 'in', schema: struct([{ name: 'tags', schema: arrayOf(STRING) }]) },
  ])
  test.each<readonly [Schema, unknown, string]>([
    [INT32, null, 'null value for field that is required and has no default value (INT32)'],
    [INT32, '5', 'Invalid type for INT32: string "5"'],
    [INT32, 2147483648, '2147483648 does not fit INT32'],
    [INT32, 5n, '5 does not fit INT32'],
    [primitive('int8'), 128, '128 does not fit INT8'],
    [primitive('int16'), -32769, '-32769 does not fit INT16'],
    [INT64, 9007199254740992, 'does not fit INT64'],
    [INT64, 9223372036854775808n, 'does not fit INT64'],
    [INT64, 1.5, 'Invalid type for INT64: number 1.5'],
    [primitive('float32'), 1e39, 'does not fit FLOAT32'],
    [primitive('float64'), 1n, 'Invalid type for FLOAT64'],
    [primitive('boolean'), 1, 'Invalid type for BOOLEAN: number 1'],
    [primitive('bytes'), 'AQ==', 'Invalid type for BYTES'],
    [STRING, undefined, 'Invalid type for STRING: undefined'],
    [time(), 86400001, '86400001 does not fit Time'],
    [decimal(2), '1.5', 'Decimal value has mismatching scale for given Decimal schema. Schema has scale 2'],
    [decimal(2), 'x', 'Invalid type for Decimal: string "x"'],
    [primitive('bytes', { name: 'org.apache.kafka.connect.data.Decimal' }), '1', 'Decimal schema without a scale'],
    [mapOf(STRING, INT32), { a: 1 }, 'Invalid type for MAP'],
    [ROW, [1], 'Invalid type for STRUCT'],
    [ROW, [1, [['a', 5]]], 't, field in.tags[]: Invalid type for STRING: number 5'],
  ])('%s', async (schema, value, problem) => {
    const encoder = await jsonConverterOf({}).encoder('t', schema)
    const good = schema === ROW ? [1, [['a']]] : null
    const values = schema === ROW ? [good, value] : [value]
    const thrown: unknown = await Promise.resolve()
      .then(() => encoder.encode(values))
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(DataError)
    expect(thrown).toMatchObject({ index: values.length - 1, message: expect.stringContaining(problem) as string })
  })
})
