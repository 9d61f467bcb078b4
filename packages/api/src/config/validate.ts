// A configuration as the REST API shows it: each key with its definition, value, errors, recommended values and visibility.
import type { Props } from '../connector.js'
import type { ConfigKey, ConfigKeys, Rule } from './define.js'
import { parseAll, parseKey, type ParsedValue } from './parse.js'

export interface ConfigValue {
  readonly name: string
  readonly key: ConfigKey
  /** Place in its group, from 1; -1 without a group. */
  readonly order: number
  /** Text of the parsed value, passwords hidden, or null. */
  readonly value: string | null
  readonly recommended: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

export function validateConfig<K extends ConfigKeys>(keys: K, rules: readonly Rule<K>[], props: Props): ConfigValue[] {
  const { problems } = parseAll(keys, rules, props)
  const places = new Map<string, number>()
  return Object.entries(keys).map(([name, key]) => {
    const place = (places.get(key.group ?? '') ?? 0) + 1
    places.set(key.group ?? '', place)
    const { value } = parseKey(name, key, Object.hasOwn(props, name) ? props[name] : undefined)
    return {
      name,
      key,
      order: key.group === undefined ? -1 : (key.order ?? place),
      value: textOf(key, value),
      recommended: key.recommend?.(props) ?? [],
      errors: problems.filter((problem) => problem.key === name).map((problem) => problem.message),
      visible: key.visible?.(props) ?? true,
    }
  })
}

/** A parsed value or default as text, passwords hidden. */
export function textOf(key: ConfigKey, value: ParsedValue): string | null {
  if (value === null) return null
  if (key.type === 'password') return '[hidden]'
  return Array.isArray(value) ? value.join(',') : String(value)
}
