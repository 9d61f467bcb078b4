// What every worker does before it opens its stores, alone or in a cluster: resolves its properties and checks the plugins they name.
import type { Log, Plugin, Props } from '@rowbridge/api'
import { referencesOf, workerPropsOf, type References } from './config-providers.js'
import { warnAboutWorkerProps } from './config.js'
import { checkConverters, warnAboutConverterProps } from './converter-keys.js'
import { pluginsOf, type Plugins } from './plugins.js'

interface Given<C> {
  readonly props: Props
  readonly plugins: readonly Plugin[]
  readonly log: Log
  readonly parse: (props: Props) => C
}

export interface Prepared<C> {
  readonly props: Props
  readonly references: References
  readonly worker: C
  readonly plugins: Plugins
}

/** Throws ConfigError for a worker that cannot start. */
export function prepareWorker<C extends { readonly 'key.converter': string; readonly 'value.converter': string }>(
  given: Given<C>,
): Prepared<C> {
  const { log } = given
  const references = referencesOf(given.props)
  const props = workerPropsOf(given.props, references)
  const worker = given.parse(props)
  const plugins = pluginsOf(given.plugins)
  plugins.converter(worker['key.converter'])
  plugins.converter(worker['value.converter'])
  checkConverters(props, plugins)
  warnAboutWorkerProps(props, log)
  warnAboutConverterProps(props, plugins, log)
  return { props, references, worker, plugins }
}
