// The keys of transforms and predicates as parts of a connector's configuration: listed with their values, checked, and told
// where they are misspelt.
import {
  ConnectError,
  defineConfig,
  nearestKey,
  type ConfigKey,
  type ConfigProblem,
  type ConfigValue,
  type Log,
  type PredicatePlugin,
  type Props,
  type TransformPlugin,
} from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import type { Plugins } from './plugins.js'
import { aliasesIn } from './transform-chain.js'

/** What every transform may have beside its own keys. */
const LINK_KEYS = {
  predicate: {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Alias of the predicate that says which records the transform is for; without it, all.',
  },
  negate: {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Whether the transform is for the records of which the predicate is not true.',
  },
} as const satisfies Readonly<Record<string, ConfigKey>>

const linkConfig = defineConfig(LINK_KEYS)
const IMPORTANCES: readonly string[] = ['high', 'medium', 'low']

interface Kind {
  readonly key: 'transforms' | 'predicates'
  readonly group: string
  readonly find: (plugins: Plugins, name: string) => TransformPlugin | PredicatePlugin
  readonly type: 'transformation' | 'predicate'
}

const KINDS: readonly Kind[] = [
  { key: 'transforms', group: 'Transforms', type: 'transformation', find: (plugins, name) => plugins.transform(name) },
  { key: 'predicates', group: 'Predicates', type: 'predicate', find: (plugins, name) => plugins.predicate(name) },
]

/** Every key of every transform and predicate that is named: `type` first, then the plugin's own. */
export function transformValues(props: Props, plugins: Plugins): readonly ConfigValue[] {
  return KINDS.flatMap((kind) => aliasesIn(props, kind.key).flatMap((alias) => valuesOf(kind, alias, props, plugins)))
}

function valuesOf(kind: Kind, alias: string, props: Props, plugins: Plugins): readonly ConfigValue[] {
  const prefix = `${kind.key}.${alias}.`
  const group = `${kind.group}: ${alias}`
  const found = pluginAt(kind, `${prefix}type`, props, plugins)
  const known = plugins.all.filter(({ type }) => type === kind.type)
  const names = known.map(({ className }) => className).toSorted()
  const type: ConfigValue = {
    name: `${prefix}type`,
    key: { type: 'class', importance: 'high', group, width: 'long', doc: `Class of the ${kind.type} '${alias}'.` },
    order: 0,
    value: 'message' in found ? null : (props[`${prefix}type`] ?? null),
    recommended: names,
    errors: 'message' in found ? [found.message] : [],
    visible: true,
  }
  if ('message' in found) return [type]
  const own = withoutPrefix(props, prefix)
  const link = kind.key === 'transforms' ? linkConfig.validate(own) : []
  const ofPlugin = found.plugin.config
    .validate(withoutLink(own))
    .filter(({ name }) => !(name in LINK_KEYS) || link.length === 0)
  const values = [...ofPlugin, ...link].toSorted(byRank)
  return [type, ...values.map((value, i) => placed(value, { prefix, group, order: i + 1 }))]
}

function withoutLink(own: Props): Props {
  return Object.fromEntries(Object.entries(own).filter(([key]) => key !== 'type' && !(key in LINK_KEYS)))
}

interface Place {
  readonly prefix: string
  readonly group: string
  readonly order: number
}

/** Messages name the key in full, as the user wrote it. */
function placed(value: ConfigValue, { prefix, group, order }: Place): ConfigValue {
  const name = `${prefix}${value.name}`
  const errors = value.errors.map((text) =>
    text
      .replace(`for configuration ${value.name}:`, `for configuration ${name}:`)
      .replace(`configuration "${value.name}"`, `configuration "${name}"`),
  )
  return { ...value, name, errors, order, key: { ...value.key, group } }
}

/** Required ones first, then by importance and name. */
function byRank(a: ConfigValue, b: ConfigValue): number {
  return rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : 1)
}

function rankOf({ key }: ConfigValue): number {
  return (key.default === undefined ? 0 : IMPORTANCES.length) + IMPORTANCES.indexOf(key.importance ?? 'medium')
}

type Found = { readonly plugin: TransformPlugin | PredicatePlugin } | { readonly message: string }

function pluginAt(kind: Kind, key: string, props: Props, plugins: Plugins): Found {
  const name = props[key]?.trim() ?? ''
  if (name === '') return { message: `Missing required configuration "${key}" which has no default value.` }
  try {
    return { plugin: kind.find(plugins, name) }
  } catch (error) {
    const hint = error instanceof ConnectError && error.hint !== null ? ` ${error.hint}` : ''
    return { message: `Invalid value ${name} for configuration ${key}: Class ${name} could not be found.${hint}` }
  }
}

/** What lies between transforms and predicates. */
export function transformProblems(props: Props): readonly ConfigProblem[] {
  const predicates = aliasesIn(props, 'predicates')
  return aliasesIn(props, 'transforms').flatMap((alias): readonly ConfigProblem[] => {
    const key = `transforms.${alias}.predicate`
    const predicate = props[key]?.trim()
    const negate = `transforms.${alias}.negate`
    if (predicate === undefined && props[negate] !== undefined) {
      const message = `Config '${negate}' was provided but there is no config '${key}' defining a predicate to be negated.`
      return [{ key: negate, message }]
    }
    if (predicate === undefined || predicates.includes(predicate)) return []
    const known = predicates.length === 0 ? 'predicates names none' : `predicates names ${predicates.join(', ')}`
    return [
      { key, message: `Invalid value ${predicate} for configuration ${key}: There is no such predicate; ${known}` },
    ]
  })
}

/** Names each key of a transform or predicate that nobody knows. Those that are listed have to be good. */
export function warnAboutTransformProps(props: Props, plugins: Plugins, log: Log): void {
  for (const kind of KINDS) {
    const aliases = aliasesIn(props, kind.key)
    for (const alias of aliases) {
      const prefix = `${kind.key}.${alias}.`
      const { type = '', ...own } = withoutPrefix(props, prefix)
      const further = kind.key === 'transforms' ? Object.keys(LINK_KEYS) : []
      const known = [...Object.keys(kind.find(plugins, type).config.keys), ...further]
      for (const key of Object.keys(own).filter((each) => !known.includes(each))) {
        const nearest = nearestKey(key, known)
        const hint = nearest === null ? '' : ` Did you mean ${prefix}${nearest}?`
        log.warn(`Unknown key ${prefix}${key}: it has no effect.${hint}`, { key: `${prefix}${key}` })
      }
    }
    warnAboutUnlisted(kind, aliases, props, log)
  }
}

function warnAboutUnlisted({ key: list }: Kind, aliases: readonly string[], props: Props, log: Log): void {
  const unlisted = Object.keys(props).filter(
    (key) => key.startsWith(`${list}.`) && !aliases.some((alias) => key.startsWith(`${list}.${alias}.`)),
  )
  if (unlisted.length > 0) log.warn(`${unlisted.join(', ')} have no effect: ${list} does not list what they are for.`)
}
