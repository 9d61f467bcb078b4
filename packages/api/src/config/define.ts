// A config key is declared once: from it come the parsed type, defaults, validation, the REST answer, redaction and CONFIG.md.
import type { Props } from '../connector.js'
import type { ConfigProblem } from '../errors.js'
import { resolveAliases } from './aliases.js'
import { parseConfig } from './parse.js'
import { validateConfig, type ConfigValue } from './validate.js'
import { nearestKey } from './nearest.js'

export type KeyType =
  | 'string'
  | 'enum'
  | 'int'
  | 'long'
  | 'short'
  | 'double'
  | 'boolean'
  | 'list'
  | 'class'
  | 'password'

/** One key. Without `default` the key is required; `default: null` means unset. */
export interface ConfigKey {
  readonly type: KeyType
  readonly doc: string
  readonly default?: string | number | boolean | null | readonly string[]
  /** Allowed values of an enum; matched without regard to case, parsed to this spelling. */
  readonly values?: readonly string[]
  /** What an enum calls a value that is none of them; Kafka's words unless said. */
  readonly notAllowed?: string
  readonly min?: number
  readonly max?: number
  readonly importance?: 'high' | 'medium' | 'low'
  readonly group?: string
  /** Place in the group, where it is not that of the declaration. */
  readonly order?: number
  readonly width?: 'none' | 'short' | 'medium' | 'long'
  readonly displayName?: string
  /** Keys that are evaluated again when this one changes. */
  readonly dependents?: readonly string[]
  /** Says what is wrong with the raw text, or null. */
  readonly check?: (value: string) => string | null
  /** Says what is wrong with the key beside the others, given or not; asked even where other keys are wrong. */
  readonly checkAmong?: (props: Props) => string | null
  readonly visible?: (props: Props) => boolean
  readonly recommend?: (props: Props) => readonly string[]
  /** Kept for existing configurations, not shown to new users. */
  readonly isInternal?: boolean
}
export type ConfigKeys = Readonly<Record<string, ConfigKey>>

type Parsed<K extends ConfigKey> = K['type'] extends 'int' | 'long' | 'short' | 'double'
  ? number
  : K['type'] extends 'boolean'
    ? boolean
    : K['type'] extends 'list'
      ? readonly string[]
      : K['type'] extends 'enum'
        ? K extends { readonly values: readonly (infer V)[] }
          ? V
          : string
        : string

/** The parsed values of a ConfigDef, by key. */
export type Config<K extends ConfigKeys> = {
  readonly [Name in keyof K]: K[Name] extends { readonly default: null } ? Parsed<K[Name]> | null : Parsed<K[Name]>
}

/** A rule across keys: what is wrong, each problem blaming a key. */
export type Rule<K extends ConfigKeys> = (config: Config<K>, props: Props) => readonly ConfigProblem[]

export interface ConfigDef<K extends ConfigKeys> {
  readonly keys: K
  /** Typed values, or a ConfigError that names every bad key. Keys it does not know are left alone. */
  parse(props: Props): Config<K>
  /** Every key with its value, its errors and its visibility. */
  validate(props: Props): readonly ConfigValue[]
  /** Prefixes of keys that are handed on as they are, to a driver for example. */
  readonly passThrough: readonly string[]
  /** Names under which other implementations have a key. */
  readonly aliases: Aliases
  /** Keys of `props` that are neither declared nor passed through, each with the nearest declared one, if any is near. */
  unknown(props: Props): readonly { readonly key: string; readonly nearest: string | null }[]
  /** A copy in which the values of password keys read `[hidden]`. */
  redact(props: Props): Props
}

/** What another name of a key stands for; `translate` gives the value as the key itself would have it. */
export interface Alias {
  readonly key: string
  readonly translate?: (value: string) => string
}
export type Aliases = Readonly<Record<string, Alias>>

export interface DefineOptions {
  readonly passThrough?: readonly string[]
  readonly aliases?: Aliases
}

export function defineConfig<const K extends ConfigKeys>(
  keys: K,
  rules: readonly Rule<K>[] = [],
  { passThrough = [], aliases = {} }: DefineOptions = {},
): ConfigDef<K> {
  const names = [...Object.keys(keys), ...Object.keys(aliases)]
  const known = new Set(names)
  return {
    keys,
    passThrough,
    aliases,
    parse: (props) => parseConfig(keys, rules, resolveAliases(aliases, props)),
    validate: (props) => validateConfig(keys, rules, resolveAliases(aliases, props)),
    unknown: (props) =>
      Object.keys(props)
        .filter((key) => !known.has(key) && !passThrough.some((prefix) => key.startsWith(prefix)))
        .map((key) => ({ key, nearest: nearestKey(key, names) })),
    redact: (props) =>
      Object.fromEntries(
        Object.entries(props).map(([key, value]) => [key, keys[key]?.type === 'password' ? '[hidden]' : value]),
      ),
  }
}
