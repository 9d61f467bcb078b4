// Keys by the names other implementations have for them, turned into ours before anything else looks at the configuration.
import type { Props } from '../connector.js'
import type { Aliases } from './define.js'

/** The properties with each alias in the place of its key; a key that is given itself wins. */
export function resolveAliases(aliases: Aliases, props: Props): Props {
  const given = Object.entries(aliases).filter(([alias]) => Object.hasOwn(props, alias))
  if (given.length === 0) return props
  const resolved: Record<string, string> = {}
  for (const [alias, { key, translate }] of given) {
    const value = props[alias] ?? ''
    resolved[key] = translate?.(value) ?? value
  }
  return { ...resolved, ...props }
}
