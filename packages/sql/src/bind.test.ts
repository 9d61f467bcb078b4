import { date, decimal, primitive, time, timestamp, type Schema } from '@rowbridge/api'
import { expect, it } from 'vitest'
import { compileBinder } from './bind.js'
import type { Parameter } from './dialect.js'
import type { Target } from './target.js'
import { zoneOf } from './zone.js'

const INT8: Target = { kind: 'integer', min: -128n, max: 127n }
const UNSIGNED: Target = { kind: 'integer', min: 0n, max: 2n ** 64n - 1n }
const NUMERIC: Target = { kind: 'decimal', isNumericAffinity: true }
const text = primitive('string')
const int64 = primitive('int64')
const float64 = primitive('float64')

function bind(schema: Schema, target: Target, value: unknown): Parameter {
  return compileBinder(
    { where: 't.c', typeName: 'type', schema, target },
    { zone: null, isLegacyCalendar: false },
  )(value)
}

it.each<readonly [string, Schema, Target, unknown, Parameter]>([
  ['an integer', int64, INT8, -128, -128],
  ['a boolean as an integer', primitive('boolean'), INT8, true, 1],
  ['a whole decimal as an integer', decimal(2), INT8, '12.00', 12],
  ['a text as an integer', text, INT8, ' 12 ', 12],
  ['the largest unsigned integer', decimal(0), UNSIGNED, '18446744073709551615', 18446744073709551615n],
  ['a point in time as an integer', timestamp(), { kind: 'integer' }, 5, 5],
  [
    'an integer as a decimal',
    int64,
    { kind: 'decimal', precision: 20, scale: 2 },
    9007199254740993n,
    '9007199254740993',
  ],
  ['a double as a decimal', float64, { kind: 'decimal', precision: 20, scale: 8 }, 1e-7, '0.0000001'],
  ['whole thousands', decimal(-3), { kind: 'decimal', precision: 5, scale: -3 }, '19000', '19000'],
  ['trailing zeros', decimal(4), { kind: 'decimal', precision: 5, scale: 2 }, '1.2500', '1.2500'],
  ['what a double keeps', decimal(2), NUMERIC, '0.10', '0.10'],
  ['what a 64-bit integer keeps', decimal(0), NUMERIC, '9223372036854775807', '9223372036854775807'],
  [
    'the greatest single',
    primitive('float32'),
    { kind: 'float', precision: 24 },
    -3.4028235e38,
    -3.4028234663852886e38,
  ],
  ['negative zero', float64, { kind: 'float' }, -0, '-0'],
  ['a decimal as a double', decimal(1), { kind: 'float' }, '0.1', 0.1],
  ['one as true', int64, { kind: 'boolean' }, 1, true],
  ['a word as false', text, { kind: 'boolean' }, 'False', false],
  ['an integer as text', int64, { kind: 'text' }, 9007199254740993n, '9007199254740993'],
  ['bytes as text', primitive('bytes'), { kind: 'text' }, Buffer.from('ä'), 'ä'],
  ['a pair of surrogates as one character', text, { kind: 'text', length: 2 }, '😀😀', '😀😀'],
  ['text as bytes', text, { kind: 'bytes' }, 'ä', Buffer.from('ä')],
  ['a date', date(), { kind: 'date' }, 19_782, '2024-02-29'],
  ['a date before our era', date(), { kind: 'date' }, -719_163, '0001-12-31 BC'],
  ['midnight as a date', timestamp(), { kind: 'date' }, 1_709_164_800_000, '2024-02-29'],
  ['a date as a timestamp', date(), { kind: 'timestamp', fraction: 0 }, 19_782, '2024-02-29 00:00:00'],
  ['a time', time(), { kind: 'time' }, 47_655_120, '13:14:15.120'],
  ['a time without a fraction', time(), { kind: 'time', fraction: 0 }, 47_655_000, '13:14:15'],
  ['a timestamp', timestamp(), { kind: 'timestamp' }, 1_709_212_455_123, '2024-02-29 13:14:15.123'],
  [
    'an instant to the nanosecond',
    timestamp(),
    { kind: 'timestamp' },
    { ms: 1_709_212_455_123, nanos: 123_456_789 },
    '2024-02-29 13:14:15.123456789',
  ],
  ['an instant with an offset', timestamp(), { kind: 'timestamp', isZoned: true }, 0, '1970-01-01 00:00:00+00'],
  ['an ISO text as a timestamp', text, { kind: 'timestamp' }, '2024-02-29T13:14:15+01:00', '2024-02-29 12:14:15'],
  ['infinity', timestamp(), { kind: 'timestamp' }, 9223372036825200000n, 'infinity'],
  ['minus one as all bits', int64, { kind: 'bits', length: 8 }, -1, Buffer.from([255])],
  ['true as a bit', primitive('boolean'), { kind: 'bits', length: 1 }, true, Buffer.from([1])],
  ['digits of bits', text, { kind: 'bits', isBitText: true, length: 3 }, '101', '101'],
  ['a number as digits of bits', int64, { kind: 'bits', isBitText: true, length: 8 }, 5, '00000101'],
  ['the first of January as a year', date(), { kind: 'year' }, 19_723, 2024],
  ['a number as a year', int64, { kind: 'year', min: 0n, max: 2155n }, 1999, 1999],
  ['an unbounded decimal without its zeros', decimal(127), { kind: 'decimal' }, `1.5${'0'.repeat(126)}`, '1.5'],
  ['bytes as bits', primitive('bytes'), { kind: 'bits', length: 16 }, Buffer.from([1, 0]), Buffer.from([1, 0])],
])('binds %s', (_what, ...[schema, target, value, parameter]) => {
  expect(bind(schema, target, value)).toEqual(parameter)
})

it.each<readonly [string, Schema, Target, unknown]>([
  ['an integer beyond the bounds', int64, INT8, 128],
  ['a bigint beyond the bounds', int64, INT8, 9223372036854775807n],
  ['a negative number in an unsigned column', int64, UNSIGNED, -1],
  ['a fraction in an integer', decimal(2), INT8, '1.50'],
  ['digits that a column of whole thousands rounds', int64, { kind: 'decimal', precision: 5, scale: -3 }, 19_500],
  ['digits behind the point', decimal(4), { kind: 'decimal', precision: 10, scale: 2 }, '1.2345'],
  ['digits before the point', decimal(2), { kind: 'decimal', precision: 4, scale: 2 }, '100.00'],
  ['a decimal a double would round', decimal(2), NUMERIC, '12345678901234567.89'],
  ['not a number as a decimal', float64, { kind: 'decimal' }, NaN],
  ['not a number where there is none', float64, { kind: 'float', specials: 'infinity' }, NaN],
  ['infinity where there is none', float64, { kind: 'float', specials: 'none' }, Infinity],
  ['a double beyond a single', float64, { kind: 'float', precision: 24 }, 1e39],
  ['an integer a double would round', int64, { kind: 'float' }, 9007199254740993n],
  ['a word as a float', text, { kind: 'float' }, 'x'],
  ['two as a boolean', int64, { kind: 'boolean' }, 2],
  ['too many characters', text, { kind: 'text', length: 2 }, 'abc'],
  ['too many bytes', text, { kind: 'text', byteLength: 3 }, 'ää'],
  ['U+0000 where it cannot be', text, { kind: 'text', refusesNul: true }, 'a\0'],
  ['half a pair of surrogates', text, { kind: 'text' }, '\udc00'],
  ['bytes that are no text', primitive('bytes'), { kind: 'text' }, Buffer.from([255])],
  ['too long a byte string', primitive('bytes'), { kind: 'bytes', length: 1 }, Buffer.from([1, 2])],
  ['a number as bytes', int64, { kind: 'bytes' }, 1],
  ['a time of day in a date', timestamp(), { kind: 'date' }, 1],
  ['milliseconds in seconds', timestamp(), { kind: 'timestamp', fraction: 0 }, 1],
  ['nanoseconds in microseconds', timestamp(), { kind: 'timestamp', fraction: 6 }, { ms: 0, nanos: 1 }],
  ['a bare number as a timestamp', int64, { kind: 'timestamp' }, 1],
  ['a word as a timestamp', text, { kind: 'timestamp' }, 'tomorrow'],
  ['a millisecond in a time of seconds', time(), { kind: 'time', fraction: 0 }, 1],
  ['a day that begins no year', date(), { kind: 'year' }, 19_724],
  ['too many bits', int64, { kind: 'bits', length: 4 }, 16],
])('refuses %s', (_what, schema, target, value) => {
  expect(() => bind(schema, target, value)).toThrow(
    expect.objectContaining({ name: 'DataError', code: 'value-out-of-range' }),
  )
})

it('says where, what and how to help', () => {
  expect(() => bind(decimal(4), { kind: 'decimal', precision: 10, scale: 2 }, '1.2345')).toThrow(
    't.c: "1.2345" has more than 2 digits after the point (type)',
  )
})

it('writes wall clocks in the zone of the connection', () => {
  const column = { where: 't.c', typeName: 'type', schema: timestamp(), target: { kind: 'timestamp' } as const }
  expect(compileBinder(column, { zone: zoneOf('Europe/Berlin'), isLegacyCalendar: false })(1_709_212_455_000)).toBe(
    '2024-02-29 14:14:15',
  )
})
