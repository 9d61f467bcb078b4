// Text by key to typed values, with the parsing rules and error texts of Kafka's ConfigDef.
import { ConfigError, type ConfigProblem } from '../errors.js'
import type { Props } from '../connector.js'
import type { Config, ConfigKey, ConfigKeys, Rule } from './define.js'

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  short: [-(2n ** 15n), 2n ** 15n - 1n],
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
}

export type ParsedValue = string | number | boolean | null | readonly string[]

/** The value of one key and what is wrong with it; `value` is null when the text cannot be parsed, and the text where that is an enum's. */
export function parseKey(
  name: string,
  key: ConfigKey,
  text: string | undefined,
): { value: ParsedValue; errors: string[] } {
  if (text === undefined) {
    if (key.default === undefined) {
      return { value: null, errors: [`Missing required configuration "${name}" which has no default value.`] }
    }
    return { value: key.default, errors: [] }
  }
  const trimmed = key.type === 'password' ? text : text.trim()
  const invalid = (detail: string) => `Invalid value ${shownValue(key, trimmed)} for configuration ${name}: ${detail}`
  const parsed = parseText(key, trimmed)
  if (typeof parsed === 'object' && parsed !== null && 'problem' in parsed) {
    return { value: key.type === 'enum' ? trimmed : null, errors: [invalid(parsed.problem), ...unbounded(name, key)] }
  }
  const problem = checkValue(key, parsed, trimmed)
  if (problem === null) return { value: parsed, errors: [] }
  const message = Array.isArray(parsed)
    ? `Invalid value [${parsed.join(', ')}] for configuration ${name}: ${problem}`
    : invalid(problem)
  return { value: parsed, errors: [message] }
}

/** Kafka has the bounds of a number checked even where there is none. */
function unbounded(name: string, key: ConfigKey): string[] {
  const hasBounds = key.min !== undefined || key.max !== undefined
  return hasBounds ? [`Invalid value null for configuration ${name}: Value must be non-null`] : []
}

function shownValue(key: ConfigKey, text: string): string {
  return key.type === 'password' ? '[hidden]' : text
}

function parseText(key: ConfigKey, text: string): ParsedValue | { problem: string } {
  switch (key.type) {
    case 'boolean': {
      const lower = text.toLowerCase()
      return lower === 'true' || lower === 'false'
        ? lower === 'true'
        : { problem: 'Expected value to be either true or false' }
    }
    case 'int':
    case 'long':
    case 'short':
      return parseInteger(key.type, text)
    case 'double':
      return text === '' || Number.isNaN(Number(text)) ? { problem: 'Not a number of type DOUBLE' } : Number(text)
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim())
    case 'enum': {
      const value = key.values?.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
      return value ?? { problem: `${key.notAllowed ?? 'String must be one of'}: ${key.values?.join(', ') ?? ''}` }
    }
    case 'string':
    case 'class':
    case 'password':
      return text
  }
}

function parseInteger(type: 'int' | 'long' | 'short', text: string): number | { problem: string } {
  const problem = { problem: `Not a number of type ${type.toUpperCase()}` }
  if (!/^[+-]?\d+$/.test(text)) return problem
  const value = BigInt(text.replace(/^\+/, ''))
  const [least, most] = RANGES[type] ?? [0n, 0n]
  return value < least || value > most ? problem : Number(value)
}

function checkValue(key: ConfigKey, value: ParsedValue, text: string): string | null {
  if (typeof value === 'number') {
    if (key.min !== undefined && value < key.min) return `Value must be at least ${key.min}`
    if (key.max !== undefined && value > key.max) return `Value must be no more than ${key.max}`
  }
  return key.check?.(text) ?? null
}

/** Every key parsed; problems of the single keys first, rules only when there are none. */
export function parseConfig<K extends ConfigKeys>(keys: K, rules: readonly Rule<K>[], props: Props): Config<K> {
  const { config, problems } = parseAll(keys, rules, props)
  if (problems.length > 0) throw new ConfigError('invalid-config', problems)
  return config
}

export function parseAll<K extends ConfigKeys>(
  keys: K,
  rules: readonly Rule<K>[],
  props: Props,
): { config: Config<K>; problems: ConfigProblem[] } {
  const values: Record<string, ParsedValue> = {}
  const problems: ConfigProblem[] = []
  for (const [name, key] of Object.entries(keys)) {
    const { value, errors } = parseKey(name, key, Object.hasOwn(props, name) ? props[name] : undefined)
    values[name] = value
    for (const message of errors) problems.push({ key: name, message })
    const message = key.checkAmong?.(props) ?? null
    if (message !== null) problems.push({ key: name, message })
  }
  const config = values as Config<K>
  if (problems.length === 0) for (const rule of rules) problems.push(...rule(config, props))
  return { config, problems }
}
