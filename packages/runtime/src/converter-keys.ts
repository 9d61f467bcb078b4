// The keys that a worker or connector hands to its converters: bad values are refused, misspelt keys are told.
import { ConfigError, ConnectError, type ConfigProblem, type Log, type Props } from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import { converterProps } from './converters.js'
import type { Plugins } from './plugins.js'

const SIDES = ['key', 'value', 'header'] as const
type Side = (typeof SIDES)[number]

/** What is wrong with the converters that are named, each blaming the key that names it. */
export function converterProblems(props: Props, plugins: Plugins): readonly ConfigProblem[] {
  return SIDES.flatMap((side) => problemsOf(side, props, plugins))
}

function pluginFor(side: Side, name: string, plugins: Plugins) {
  return side === 'header' ? plugins.headerConverter(name) : plugins.converter(name)
}

function problemsOf(side: Side, props: Props, plugins: Plugins): readonly ConfigProblem[] {
  const key = `${side}.converter`
  const name = props[key]
  if (name === undefined) return []
  try {
    pluginFor(side, name, plugins).config.parse(converterProps(side, props))
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => ({ key, message }))
    const hint = error instanceof ConnectError && error.hint !== null ? ` ${error.hint}` : ''
    return [
      { key, message: `Invalid value ${name} for configuration ${key}: Class ${name} could not be found.${hint}` },
    ]
  }
}

/** Names each key of a converter that it does not know, with the nearest known one. The converters have to be good. */
export function warnAboutConverterProps(props: Props, plugins: Plugins, log: Log): void {
  for (const side of SIDES) {
    const prefix = `${side}.converter.`
    const name = props[`${side}.converter`]
    if (name === undefined) continue
    for (const { key, nearest } of pluginFor(side, name, plugins).config.unknown(withoutPrefix(props, prefix))) {
      const hint = nearest === null ? '' : ` Did you mean ${prefix}${nearest}?`
      log.warn(`Unknown key ${prefix}${key}: it has no effect.${hint}`, { key: `${prefix}${key}` })
    }
  }
}
