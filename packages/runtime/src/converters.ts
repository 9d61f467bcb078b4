// The converters of a connector, and encoders compiled once per topic and schema.
import type { Converter, Encoder, Props, Schema } from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import type { Plugins } from './plugins.js'

export interface NamedConverter {
  /** Name of the plugin, for messages. */
  readonly className: string
  readonly converter: Converter
}

export interface Converters {
  readonly key: NamedConverter
  readonly value: NamedConverter
}

/** A converter named by the connector takes the connector's sub-keys only; else it is the worker's with the worker's. */
export async function convertersOf(plugins: Plugins, worker: Props, connector: Props): Promise<Converters> {
  return {
    key: await converterOf('key', plugins, worker, connector),
    value: await converterOf('value', plugins, worker, connector),
  }
}

async function converterOf(
  side: 'key' | 'value',
  plugins: Plugins,
  worker: Props,
  connector: Props,
): Promise<NamedConverter> {
  const name = `${side}.converter`
  const props = connector[name] === undefined ? worker : connector
  const plugin = plugins.converter(props[name] ?? '')
  const factory = await plugin.converter()
  const converter = factory(converterProps(side, props))
  return { className: plugin.className, converter }
}

/** What the converter of a side is made from: its own keys, the prefix removed, and the side. */
export function converterProps(side: 'key' | 'value', props: Props): Props {
  return { ...withoutPrefix(props, `${side}.converter.`), 'converter.type': side }
}

export type EncoderOf = (schema: Schema | null) => Promise<Encoder>

/** Encoders of one topic, compiled when their schema is first seen. */
export function encodersOf(converter: Converter, topic: string): EncoderOf {
  const compiled = new WeakMap<Schema, Promise<Encoder>>()
  let schemaless: Promise<Encoder> | null = null
  return (schema) => {
    if (schema === null) return (schemaless ??= converter.encoder(topic, null))
    let encoder = compiled.get(schema)
    if (encoder === undefined) {
      encoder = converter.encoder(topic, schema)
      compiled.set(schema, encoder)
      encoder.catch(() => compiled.delete(schema))
    }
    return encoder
  }
}
