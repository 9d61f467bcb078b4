import {
  byteColumn,
  DataError,
  defineConfig,
  primitive,
  textAt,
  type ConverterPlugin,
  type Header,
} from '@rowbridge/api'
import { expect, it } from 'vitest'
import { decodeHeaders, encodeHeaders, headerConverterOf } from './headers.js'
import { pluginsOf } from './plugins.js'

const TEXT = primitive('string', { optional: true })

/** Writes the type of the schema before the value; `bad` cannot be written. */
const typed: ConverterPlugin = {
  type: 'converter',
  className: 'test.TypedConverter',
  version: '1',
  config: defineConfig({}),
  converter: () =>
    Promise.resolve(() => ({
      encoder: (_topic, schema) =>
        Promise.resolve({
          encode: (values) => {
            const bad = values.indexOf('bad')
            if (bad >= 0) throw new DataError('invalid-text', 'cannot be written', { index: bad })
            return byteColumn(values.map((value) => Buffer.from(`${schema?.type ?? 'none'} ${String(value)}`)))
          },
        }),
      decoder: () => ({
        decode: (column) => {
          const texts = Array.from({ length: column.length }, (_, i) => textAt(column, i))
          return Promise.resolve([{ schema: TEXT, values: texts }])
        },
      }),
    })),
}

const named = () => headerConverterOf(pluginsOf([typed]), {}, { 'header.converter': 'Typed' })
const header = (key: string, value: unknown): Header => ({ key, schema: TEXT, value })
const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString())

it('converters of values convert headers, each header to its record', async () => {
  const { className, converter } = await named()
  const records = [[header('a', 'x')], [], [header('b', 'y'), { key: 'c', schema: null, value: 1 }]]
  const encoded = await encodeHeaders(converter, 't', records)

  expect(className).toBe('test.TypedConverter')
  expect(encoded.map((each) => each.map(({ key, value }) => [key, text(value)]))).toEqual([
    [['a', 'string x']],
    [],
    [
      ['b', 'string y'],
      ['c', 'none 1'],
    ],
  ])
  expect((await decodeHeaders(converter, 't', encoded)).map((each) => each.map(({ value }) => value))).toEqual([
    ['string x'],
    [],
    ['string y', 'none 1'],
  ])
})

it('a header that cannot be written names its record', async () => {
  const { converter } = await named()
  const records = [[header('a', 'x'), header('b', 'x')], [], [header('c', 'x'), header('d', 'bad')]]
  await expect(encodeHeaders(converter, 't', records)).rejects.toMatchObject({ code: 'invalid-text', index: 2 })
})

it('pass as text and bytes where no converter of headers is there', async () => {
  const { converter } = await headerConverterOf(pluginsOf([typed]), {}, {})
  const [encoded = []] = await encodeHeaders(converter, 't', [[header('a', 'x'), header('b', 5), header('c', null)]])

  expect(encoded.map(({ value }) => text(value))).toEqual(['x', '5', null])
  await expect(encodeHeaders(converter, 't', [[], [header('a', 1.5)]])).rejects.toMatchObject({ index: 1 })
})
