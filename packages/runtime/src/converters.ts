// The converters of a connector.
import type { Converter, Props } from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import { headerConverterOf, type NamedHeaderConverter } from './headers.js'
import type { Plugins } from './plugins.js'

export interface NamedConverter {
  /** Name of the plugin, for messages. */
  readonly className: string
  readonly converter: Converter
}

export interface Converters {
  readonly key: NamedConverter
  readonly value: NamedConverter
  readonly header: NamedHeaderConverter
}

/** A converter named by the connector takes the connector's sub-keys only; else it is the worker's with the worker's. */
export async function convertersOf(plugins: Plugins, worker: Props, connector: Props): Promise<Converters> {
  return {
    key: await converterOf('key', plugins, worker, connector),
    value: await converterOf('value', plugins, worker, connector),
    header: await headerConverterOf(plugins, worker, connector),
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
export function converterProps(side: 'key' | 'value' | 'header', props: Props): Props {
  return { ...withoutPrefix(props, `${side}.converter.`), 'converter.type': side }
}
