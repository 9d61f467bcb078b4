// Headers between values and bytes: of a batch all at once, so that a converter compiles what it needs once.
import {
  byteColumn,
  bytesAt,
  DataError,
  primitive,
  shown,
  type Converter,
  type Header,
  type HeaderConverter,
  type Props,
} from '@rowbridge/api'
import type { RecordHeader } from '@rowbridge/kafka'
import { withoutPrefix } from './client-props.js'
import { encodersOf } from './encoders.js'
import type { Plugins } from './plugins.js'

export interface NamedHeaderConverter {
  readonly className: string
  readonly converter: HeaderConverter
}

/** A converter named by the connector takes the connector's sub-keys only; else it is the worker's with the worker's. */
export async function headerConverterOf(
  plugins: Plugins,
  worker: Props,
  connector: Props,
): Promise<NamedHeaderConverter> {
  const props = connector['header.converter'] === undefined ? worker : connector
  const name = props['header.converter']
  if (name === undefined) return usualHeaderConverter(plugins)
  const plugin = plugins.headerConverter(name)
  const own = { ...withoutPrefix(props, 'header.converter.'), 'converter.type': 'header' }
  const { className } = plugin
  if (plugin.type === 'header_converter') return { className, converter: (await plugin.headerConverter())(own) }
  return { className, converter: ofConverter((await plugin.converter())(own)) }
}

/** Kafka Connect's own where the worker has it; else text and bytes pass as they are. */
async function usualHeaderConverter(plugins: Plugins): Promise<NamedHeaderConverter> {
  const plugin = plugins.all.find(({ type }) => type === 'header_converter')
  if (plugin?.type !== 'header_converter') return { className: 'headers', converter: plainHeaders }
  return { className: plugin.className, converter: (await plugin.headerConverter())({ 'converter.type': 'header' }) }
}

function ofConverter(converter: Converter): HeaderConverter {
  const topics = new Map<string, ReturnType<typeof encodersOf>>()
  return {
    encode: async (topic, headers) => {
      const encoderOf = topics.get(topic) ?? encodersOf(converter, topic)
      topics.set(topic, encoderOf)
      const encoded: RecordHeader[] = []
      for (const [i, { key, schema, value }] of headers.entries()) {
        const encoder = await encoderOf(schema)
        encoded.push({ key, value: atIndex(i, () => bytesAt(encoder.encode([value]), 0)) })
      }
      return encoded
    },
    decode: async (topic, headers) => {
      const runs = await converter.decoder(topic).decode(byteColumn(headers.map(({ value }) => value)))
      const values = runs.flatMap((run) => run.values.map((value) => ({ schema: run.schema, value })))
      return headers.map(({ key }, i) => ({ key, schema: values[i]?.schema ?? null, value: values[i]?.value ?? null }))
    },
  }
}

function atIndex<T>(index: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const details = error.hint === null ? {} : { hint: error.hint }
    throw new DataError(error.code, error.message, { ...details, index, cause: error })
  }
}

const BYTES = primitive('bytes', { optional: true })

const plainHeaders: HeaderConverter = {
  encode: (_topic, headers) =>
    new Promise((resolve) => {
      resolve(headers.map(({ key, value }, index) => ({ key, value: plainBytes(key, value, index) })))
    }),
  decode: (_topic, headers) => Promise.resolve(headers.map(({ key, value }) => ({ key, schema: BYTES, value }))),
}

function plainBytes(key: string, value: unknown, index: number): Uint8Array | null {
  if (value === null) return null
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') {
    return Buffer.from(String(value), 'utf8')
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return Buffer.from(String(value), 'utf8')
  throw new DataError('unsupported-header', `Header ${key}: ${shown(value)} cannot be written`, {
    index,
    hint: 'Headers may be text, bytes, integers, booleans or null.',
  })
}

/** The headers of many records converted as one list; an error names the record. */
async function together<From, To>(
  records: readonly (readonly From[])[],
  convert: (headers: readonly From[]) => Promise<readonly To[]>,
): Promise<readonly (readonly To[])[]> {
  const flat = records.flat()
  if (flat.length === 0) return records.map(() => [])
  let converted: readonly To[]
  try {
    converted = await convert(flat)
  } catch (error) {
    throw error instanceof DataError ? ofRecord(error, records) : error
  }
  let at = 0
  return records.map(({ length }) => converted.slice(at, (at += length)))
}

function ofRecord(error: DataError, records: readonly (readonly unknown[])[]): DataError {
  const { code, message, hint, cause } = error
  let left = error.index ?? 0
  const index = records.findIndex(({ length }) => (left -= length) < 0)
  return new DataError(code, message, { ...(hint === null ? {} : { hint }), index: Math.max(index, 0), cause })
}

export function encodeHeaders(
  converter: HeaderConverter,
  topic: string,
  records: readonly (readonly Header[])[],
): Promise<readonly (readonly RecordHeader[])[]> {
  return together(records, (headers) => converter.encode(topic, headers))
}

export function decodeHeaders(
  converter: HeaderConverter,
  topic: string,
  records: readonly (readonly RecordHeader[])[],
): Promise<readonly (readonly Header[])[]> {
  return together(records, (headers) => converter.decode(topic, headers))
}
