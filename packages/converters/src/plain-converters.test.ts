import { byteColumn, bytesAt, primitive, type ConverterPlugin, type Schema } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { builtInConverters } from './plugins.js'

async function converterOf(name: string) {
  const plugin = builtInConverters.find(({ className }) => className.endsWith(`.${name}`)) as ConverterPlugin
  return (await plugin.converter())({ 'converter.type': 'value' })
}

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'))

test.each<readonly [string, Schema, readonly (readonly [unknown, string | null])[]]>([
  [
    'ShortConverter',
    primitive('int16'),
    [
      [1, '0001'],
      [-2, 'fffe'],
      [null, null],
    ],
  ],
  [
    'IntegerConverter',
    primitive('int32'),
    [
      [70000, '00011170'],
      [-1, 'ffffffff'],
      [null, null],
    ],
  ],
  [
    'LongConverter',
    primitive('int64'),
    [
      [1, '0000000000000001'],
      [9223372036854775807n, '7fffffffffffffff'],
      [null, null],
    ],
  ],
  [
    'FloatConverter',
    primitive('float32'),
    [
      [1.5, '3fc00000'],
      [null, null],
    ],
  ],
  [
    'DoubleConverter',
    primitive('float64'),
    [
      [1.5, '3ff8000000000000'],
      [-0.1, 'bfb999999999999a'],
      [null, null],
    ],
  ],
  [
    'BooleanConverter',
    primitive('boolean'),
    [
      [true, '01'],
      [false, '00'],
      [null, null],
    ],
  ],
  [
    'ByteArrayConverter',
    primitive('bytes'),
    [
      [Buffer.from([1, 2]), '0102'],
      [Buffer.from([]), ''],
      [null, null],
    ],
  ],
])('%s writes the bytes of Java and reads them back', async (name, schema, pairs) => {
  const converter = await converterOf(name)
  const encoder = await converter.encoder('t', schema)
  const column = encoder.encode(pairs.map(([value]) => value))

  expect(pairs.map((_, i) => hex(bytesAt(column, i)))).toEqual(pairs.map(([, bytes]) => bytes))
  const [run] = await converter.decoder('t').decode(column)
  expect(run?.schema).toBe(primitive(schema.type as 'int8', { optional: true }))
  expect(run?.values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value))).toEqual(
    pairs.map(([value]) => value),
  )
})

test.each([
  ['ShortConverter', [1, 40000]],
  ['IntegerConverter', [1, 1.5]],
  ['LongConverter', [1, 2n ** 64n]],
  ['FloatConverter', [1, '2']],
  ['BooleanConverter', [true, 1]],
  ['ByteArrayConverter', [Buffer.from([1]), 'x']],
] as const)('%s refuses a value that is none of its type, naming its place', async (name, values) => {
  const encoder = await (await converterOf(name)).encoder('t', null)
  expect(() => encoder.encode(values)).toThrow(expect.objectContaining({ code: 'wrong-type', index: 1 }))
})

test.each(['ShortConverter', 'LongConverter', 'DoubleConverter', 'BooleanConverter', 'ByteArrayConverter'])(
  '%s refuses a schema of another type',
  async (name) => {
    const encoder = await (await converterOf(name)).encoder('t', primitive('string'))
    expect(() => encoder.encode(['x'])).toThrow(/STRING/)
  },
)

test.each([
  ['ShortConverter', '000001'],
  ['LongConverter', '01'],
  ['DoubleConverter', ''],
  ['BooleanConverter', '02'],
  ['BooleanConverter', '0001'],
])('%s refuses the message %s', async (name, text) => {
  const column = byteColumn([null, Buffer.from(text, 'hex')])
  await expect((await converterOf(name)).decoder('t').decode(column)).rejects.toMatchObject({
    code: 'wrong-width',
    index: 1,
  })
})
