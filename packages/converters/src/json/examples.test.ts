// What Kafka Connect's JsonConverter writes and reads, literally.
import {
  arrayOf,
  byteColumn,
  textAt,
  date,
  decimal,
  mapOf,
  primitive,
  struct,
  time,
  timestamp,
  type Converter,
  type Props,
  type Schema,
} from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'

const INT32 = primitive('int32')
const INT64 = primitive('int64')
const STRING = primitive('string')
const INNER = struct([{ name: 'x', schema: primitive('string', { optional: true }) }], {
  optional: true,
  name: 'Inner',
})
const RECORD = struct(
  [
    { name: 'id', schema: INT64 },
    { name: 'name', schema: primitive('string', { optional: true, doc: 'nm', default: 'anon' }) },
    { name: 'ts', schema: timestamp({ optional: true }) },
    { name: 'in', schema: INNER },
  ],
  { name: 'com.acme.Rec', version: 2, doc: 'a doc', parameters: { p: 'q' } },
)
const RECORD_SCHEMA =
  '{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"},{"type":"string","optional":true,"doc":"nm","default":"anon","field":"name"},{"type":"int64","optional":true,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"ts"},{"type":"struct","fields":[{"type":"string","optional":true,"field":"x"}],"optional":true,"name":"Inner","field":"in"}],"optional":false,"name":"com.acme.Rec","version":2,"doc":"a doc","parameters":{"p":"q"}}'
const DECIMAL_2 =
  '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}'
const NULL_KEPT = { 'replace.null.with.default': 'false' }
const NUMERIC = { 'decimal.format': 'numeric' }
const PLAIN = { 'schemas.enable': 'false' }

async function written(converter: Converter, schema: Schema | null, value: unknown): Promise<string | null> {
  const encoder = await converter.encoder('t', schema)
  return textAt(encoder.encode([value]), 0)
}

async function read(text: string | Uint8Array | null, props: Props = {}): Promise<readonly [Schema | null, unknown]> {
  const column = byteColumn([typeof text === 'string' ? Buffer.from(text) : text])
  const [run] = await jsonConverterOf(props).decoder('t').decode(column)
  return [run!.schema, run!.values[0]]
}

const simple = (type: string, payload: string, optional = false) =>
  `{"schema":{"type":"${type}","optional":${optional}},"payload":${payload}}`

const field = (schema: string, payload: string) => `{"schema":${schema},"payload":${payload}}`

type Example = readonly [what: string, schema: Schema | null, value: unknown, text: string | null, props?: Props]
const named = ([what, schema, value, text, props = {}]: Example) => ({ what, schema, value, text, props })

const BOTH_WAYS: readonly Example[] = [
  ['boolean', primitive('boolean'), true, simple('boolean', 'true')],
  ['int8', primitive('int8'), 12, simple('int8', '12')],
  ['optional int16', primitive('int16', { optional: true }), -3, simple('int16', '-3', true)],
  ['the greatest int64', INT64, 9223372036854775807n, simple('int64', '9223372036854775807')],
  ['the least int64', INT64, -9223372036854775808n, simple('int64', '-9223372036854775808')],
  ['the last safe integer', INT64, -9007199254740991, simple('int64', '-9007199254740991')],
  ['float32', primitive('float32'), 1, simple('float', '1.0')],
  ['float32 of few digits', primitive('float32'), 12.34, simple('float', '12.34')],
  ['a great float64', primitive('float64'), 1e7, simple('double', '1.0E7')],
  ['a small float64', primitive('float64'), 0.0001, simple('double', '1.0E-4')],
  ['negative zero', primitive('float64'), -0, simple('double', '-0.0')],
  ['NaN', primitive('float64'), Number.NaN, simple('double', '"NaN"')],
  ['infinity', primitive('float32'), -Infinity, simple('float', '"-Infinity"')],
  ['bytes', primitive('bytes'), Buffer.from('test-string'), simple('bytes', '"dGVzdC1zdHJpbmc="')],
  ['no bytes', primitive('bytes'), Buffer.alloc(0), simple('bytes', '""')],
  [
    'array',
    arrayOf(INT32),
    [1, 2, 3],
    '{"schema":{"type":"array","items":{"type":"int32","optional":false},"optional":false},"payload":[1,2,3]}',
  ],
  [
    'map with text keys',
    mapOf(STRING, INT32),
    new Map([
      ['k1', 12],
      ['k2', 15],
    ]),
    '{"schema":{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int32","optional":false},"optional":false},"payload":{"k1":12,"k2":15}}',
  ],
  [
    'map with other keys',
    mapOf(INT32, INT32),
    new Map([
      [1, 12],
      [2, 15],
    ]),
    '{"schema":{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"int32","optional":false},"optional":false},"payload":[[1,12],[2,15]]}',
  ],
  ['decimal', decimal(2), '1.56', `{"schema":${DECIMAL_2},"payload":"AJw="}`],
  ['negative decimal', decimal(2), '-1.28', `{"schema":${DECIMAL_2},"payload":"gA=="}`],
  ['decimal as number', decimal(2), '1.56', `{"schema":${DECIMAL_2},"payload":1.56}`, NUMERIC],
  [
    'long decimal as number',
    decimal(2),
    '12345678901234567890.10',
    `{"schema":${DECIMAL_2},"payload":12345678901234567890.10}`,
    NUMERIC,
  ],
  [
    'tiny decimal as number',
    decimal(10),
    '0.0000000001',
    `{"schema":${DECIMAL_2.replace('"2"', '"10"')},"payload":1E-10}`,
    NUMERIC,
  ],
  [
    'decimal of a scale below zero',
    decimal(-3),
    '1000',
    `{"schema":${DECIMAL_2.replace('"2"', '"-3"')},"payload":1E+3}`,
    NUMERIC,
  ],
  [
    'date',
    date(),
    10000,
    '{"schema":{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1},"payload":10000}',
  ],
  [
    'time',
    time(),
    14400000,
    '{"schema":{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Time","version":1},"payload":14400000}',
  ],
  [
    'timestamp',
    timestamp(),
    4000000000,
    '{"schema":{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1},"payload":4000000000}',
  ],
  ['optional text without value', primitive('string', { optional: true }), null, simple('string', 'null', true)],
  [
    'a value without schema',
    null,
    { a: 1, b: [true, 'x', 1.5] },
    '{"schema":null,"payload":{"a":1,"b":[true,"x",1.5]}}',
  ],
  [
    'a great integer without schema',
    null,
    { a: 99999999999999999999n },
    '{"schema":null,"payload":{"a":99999999999999999999}}',
  ],
  ['a tombstone', null, null, null],
  [
    'struct',
    RECORD,
    [1, 'anon', 1700000000000, [null]],
    `{"schema":${RECORD_SCHEMA},"payload":{"id":1,"name":"anon","ts":1700000000000,"in":{"x":null}}}`,
  ],
  [
    'struct whose null is not replaced',
    RECORD,
    [1, null, 1700000000000, [null]],
    `{"schema":${RECORD_SCHEMA},"payload":{"id":1,"name":null,"ts":1700000000000,"in":{"x":null}}}`,
    NULL_KEPT,
  ],
  [
    'escapes',
    STRING,
    '"\\/\n\t\b\f\r\u0000\u001f\u007f',
    simple('string', '"\\"\\\\/\\n\\t\\b\\f\\r\\u0000\\u001F\u007f"'),
  ],
  ['text beyond ASCII', STRING, 'äöß€\u2028日😀', simple('string', '"äöß€\u2028日\\uD83D\\uDE00"')],
  ['a surrogate alone', STRING, '\uD83D', simple('string', '"\\uD83D"')],
  ['long text', STRING, 'x'.repeat(500), simple('string', `"${'x'.repeat(500)}"`)],
  ['a struct of nothing', struct([]), [], '{"schema":{"type":"struct","fields":[],"optional":false},"payload":{}}'],
]

describe('as Kafka Connect', () => {
  test.each(BOTH_WAYS.map(named))('writes $what', async ({ schema, value, text, props }) => {
    expect(await written(jsonConverterOf(props), schema, value)).toBe(text)
  })

  test.each(BOTH_WAYS.map(named))('reads $what', async ({ schema, value, text, props }) => {
    expect(await read(text, props)).toEqual([schema, value])
  })

  const WRITTEN: readonly Example[] = [
    [
      'null of a schema with default as the default',
      decimal(2, { optional: true, default: '1.56' }),
      null,
      '{"schema":{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"default":"AJw="},"payload":"AJw="}',
    ],
    [
      'null of a required schema with default',
      primitive('int32', { default: 5 }),
      null,
      '{"schema":{"type":"int32","optional":false,"default":5},"payload":5}',
    ],
    [
      'a field with default',
      RECORD,
      [1, null, null, null],
      `{"schema":${RECORD_SCHEMA},"payload":{"id":1,"name":"anon","ts":null,"in":null}}`,
    ],
    [
      'a map with other than text keys without schema',
      null,
      new Map<unknown, unknown>([
        ['y', 2],
        [1, 'x'],
      ]),
      '{"schema":null,"payload":[["y",2],[1,"x"]]}',
    ],
    ['bytes without schema', null, Buffer.from([1, 2]), '{"schema":null,"payload":"AQI="}'],
    [
      'a struct without envelope',
      RECORD,
      [1, 'anon', 1700000000000, [null]],
      '{"id":1,"name":"anon","ts":1700000000000,"in":{"x":null}}',
      PLAIN,
    ],
    ['text without envelope', STRING, 'str', '"str"', PLAIN],
    ['a number without envelope', primitive('float64'), 1e21, '1.0E21', PLAIN],
    ['null without envelope', primitive('string', { optional: true }), null, 'null', PLAIN],
    ['a tombstone without envelope', null, null, null, PLAIN],
    ['a great number without schema', null, [1e21, -0, Number.NaN], '[1.0E21,-0.0,"NaN"]', PLAIN],
  ]

  test.each(WRITTEN.map(named))('writes $what', async ({ schema, value, text, props }) => {
    expect(await written(jsonConverterOf(props), schema, value)).toBe(text)
  })

  test.each([
    ['{"schema":null,"payload":12}', null, 12],
    ['{"schema":null,"payload":12.24}', null, 12.24],
    ['{"payload":3,"schema":{"type":"int32"}}', INT32, 3],
    [' {\n "schema" : {"type":"int32"} , "payload" : 3 }\n', INT32, 3],
    ['{"sch\\u0065ma":{"type":"int64"},"payload":1234567890123456789}', INT64, 1234567890123456789n],
    ['{"schema":{"type":"int64"},"payload":1e18}', INT64, 1000000000000000000n],
    ['{"schema":{"type":"int32","default":3},"payload":null}', primitive('int32', { default: 3 }), 3],
    [
      '{"schema":{"type":"int32","default":null,"version":1.5,"name":7,"doc":[],"parameters":""},"payload":1}',
      INT32,
      1,
    ],
    [`{"schema":${DECIMAL_2},"payload":1.5}`, decimal(2), '1.50'],
    [
      `{"schema":{"type":"struct","fields":[{"type":"string","field":"constructor","optional":true}]},"payload":{"extra":1}}`,
      struct([{ name: 'constructor', schema: primitive('string', { optional: true }) }]),
      [null],
    ],
    [
      '{"schema":{"type":"struct","fields":[{"type":"int32","field":"b"},{"type":"int32","field":"1"}]},"payload":{"1":1,"b":2}}',
      struct([
        { name: 'b', schema: INT32 },
        { name: '1', schema: INT32 },
      ]),
      [2, 1],
    ],
  ])('reads %s', async (text, schema, value) => {
    expect(await read(text)).toEqual([schema, value])
  })

  test.each([
    ['{"schema":1,"payload":2}', { schema: 1, payload: 2 }],
    ['12345678901234567890', 12345678901234567890n],
    [
      '[1.25,{"a":9007199254740993,"b":1e21,"c":0.1234567890123456}]',
      [1.25, { a: 9007199254740993n, b: 1e21, c: 0.1234567890123456 }],
    ],
    ['null', null],
    [null, null],
  ])('reads %s without schemas', async (text, value) => {
    expect(await read(text, PLAIN)).toEqual([null, value])
  })

  const REFUSED: readonly (readonly [text: string, problem: string])[] = [
    ['', 'not JSON: no bytes at all'],
    ['{"schema":', 'not JSON: "{\\"schema\\":"'],
    ['null', 'requires "schema" and "payload" fields'],
    ['{"a":1}', 'requires "schema" and "payload" fields'],
    ['{"schema":null,"payload":1,"x":1}', 'requires "schema" and "payload" fields'],
    ['{"schema":null,"payload":1} 2', 'not JSON'],
    [field('{}', '1'), "Schema must contain 'type' field"],
    [field('"x"', '1'), "Schema must contain 'type' field"],
    [field('{"type":"int33"}', '1'), 'Unknown schema type: int33'],
    [field('{"type":"toString"}', '1'), 'Unknown schema type: toString'],
    [field('{"type":"int32"}', 'null'), 'null value for field that is required and has no default value (INT32)'],
    [field('{"type":"array"}', '[]'), 'Array schema did not specify the element type'],
    [field('{"type":"map"}', '{}'), 'Map schema did not specify the key type'],
    [field('{"type":"map","keys":{"type":"string"}}', '{}'), 'Map schema did not specify the value type'],
    [
      field('{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}', '[]'),
      'Maps with string fields should be encoded as JSON objects, but found ARRAY',
    ],
    [
      field('{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}', '{}'),
      'Maps with non-string fields should be encoded as JSON array of tuples, but found OBJECT',
    ],
    [
      field('{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}', '[[1,2,3]]'),
      'Found invalid map entry, expected length 2 but found :3',
    ],
    [field('{"type":"struct","fields":[]}', '[]'), 'Structs should be encoded as JSON objects, but found ARRAY'],
    [field('{"type":"struct"}', '{}'), 'Struct schema\'s "fields" argument is not an array.'],
    [field('{"type":"struct","fields":[{"type":"int32"}]}', '{}'), "Struct schema's field name not specified properly"],
    [
      field('{"type":"struct","fields":[{"type":"string","field":"a"}]}', '{}'),
      't, field a: Conversion error: null value for field that is required',
    ],
    [field('{"type":"int32","parameters":{"a":1}}', '1'), 'Schema parameters must have string values.'],
    [
      field('{"type":"int32","name":"org.apache.kafka.connect.data.Date"}', '"x"'),
      'Invalid type for Date, underlying representation should be integer but was STRING',
    ],
    [
      field('{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}', '1.5'),
      'Invalid type for Timestamp, underlying representation should be integral but was NUMBER',
    ],
    [
      field('{"type":"int32","name":"org.apache.kafka.connect.data.Time"}', '86400001'),
      'Time values must use number of milliseconds greater than 0 and less than 86400000',
    ],
    [field('{"type":"bytes"}', '"!!"'), 'Invalid bytes field'],
    [field('{"type":"bytes"}', '"AQI"'), 'Invalid bytes field'],
    [
      field('{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"}', '"AQ=="'),
      'Invalid bytes for Decimal field',
    ],
  ]

  test.each(REFUSED)('refuses %s', async (text, problem) => {
    await expect(read(text)).rejects.toThrow(problem)
    await expect(read(text)).rejects.toMatchObject({ index: 0, name: 'DataError' })
  })
})

describe('where Kafka Connect changes a value without a word', () => {
  test.each([
    ['{"type":"int8"}', '300', 'does not fit INT8'],
    ['{"type":"int64"}', '9223372036854775808', 'does not fit INT64'],
    ['{"type":"int32"}', '"5"', 'Invalid type for INT32'],
    ['{"type":"int32"}', '1.9', 'Invalid type for INT32'],
    ['{"type":"string"}', '5', 'Invalid type for STRING'],
    ['{"type":"bytes"}', '5', 'Invalid type for BYTES'],
    ['{"type":"boolean"}', '"true"', 'Invalid type for BOOLEAN'],
    ['{"type":"array","items":{"type":"int32"}}', '5', 'Invalid type for ARRAY'],
    ['{"type":"double"}', '1e400', 'does not fit FLOAT64'],
    ['{"type":"float"}', '1e39', 'does not fit FLOAT32'],
    [
      '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}',
      '1.505',
      'more digits after the point',
    ],
    ['null', '1e400', 'does not fit a float64'],
  ])('%s refuses %s', async (schema, payload, problem) => {
    await expect(read(`{"schema":${schema},"payload":${payload}}`)).rejects.toThrow(problem)
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const text = Buffer.from([...Buffer.from('{"schema":null,"payload":"'), 0xff, ...Buffer.from('"}')])
    await expect(read(text)).rejects.toThrow('not UTF-8')
    expect(await read('{"schema":null,"payload":"\uFFFD"}')).toEqual([null, '\uFFFD'])
  })
})
