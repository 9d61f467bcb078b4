// Configurations of the sinks of Aiven and Debezium: what their keys are called here.
import type { ConfigDef, ConfigKeys, ConfigValue, Props } from '@rowbridge/api'
import { ConfigError, nearestKey } from '@rowbridge/api'
import { isTableKey } from './table-keys.js'

interface OtherSink {
  /** Their keys, ours, and how a value is put into our words. */
  readonly keys: Readonly<Record<string, { readonly ours: string; readonly value?: (text: string) => string }>>
  /** What is not said there is this. */
  readonly defaults: Props
  /** Keys that need nothing here. */
  readonly needless: RegExp
  /** Keys whose effect is not there and would be missed, with the values that ask for nothing. */
  readonly refused: Readonly<Record<string, { readonly harmless: readonly string[]; readonly instead: string }>>
}

const quoting = (text: string): string => (text.trim().toLowerCase() === 'true' ? 'always' : 'never')

const AIVEN: OtherSink = {
  keys: {
    'sql.quote.identifiers': { ours: 'quote.sql.identifiers', value: quoting },
    'insert.mode': { ours: 'insert.mode', value: (text) => (/^multi$/i.test(text.trim()) ? 'insert' : text) },
  },
  defaults: { 'table.types': 'TABLE,PARTITIONED TABLE' },
  needless: /^$/,
  refused: {},
}

/** `basic` makes and alters tables; the other two do not. */
const evolves = (text: string): string => {
  const mode = text.trim().toLowerCase()
  if (mode === 'basic') return 'true'
  return mode === 'none' || mode === 'validate-only' ? 'false' : text
}

const DEBEZIUM: OtherSink = {
  keys: {
    'connection.username': { ours: 'connection.user' },
    'primary.key.mode': { ours: 'pk.mode' },
    'primary.key.fields': { ours: 'pk.fields' },
    'collection.name.format': { ours: 'table.name.format' },
    'schema.evolution': { ours: 'auto.create', value: evolves },
    'quote.identifiers': { ours: 'quote.sql.identifiers', value: quoting },
    'field.include.list': { ours: 'fields.whitelist' },
    'use.time.zone': { ours: 'db.timezone' },
    'database.time_zone': { ours: 'db.timezone' },
    'flush.max.retries': { ours: 'max.retries' },
    'flush.retry.delay.ms': { ours: 'retry.backoff.ms' },
  },
  defaults: {
    'quote.sql.identifiers': 'never',
    'table.types': 'TABLE,PARTITIONED TABLE',
    'table.name.dots': 'underscore',
    'max.retries': '5',
    'retry.backoff.ms': '1000',
    tombstones: 'ignore',
  },
  needless:
    /^(?:hibernate\.|dialect\.|connection\.(?:provider$|pool\.|timeout$|restart\.on\.errors$)|use\.reduction\.buffer$)/,
  refused: {
    'field.exclude.list': { harmless: [''], instead: 'leave the fields out by the transform ReplaceField.' },
    'truncate.enabled': { harmless: ['false'], instead: 'tables are not truncated; set it to false.' },
    'column.naming.strategy': {
      harmless: ['', 'io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy'],
      instead: 'a Java class cannot be loaded; rename fields by the transform ReplaceField.',
    },
    'collection.naming.strategy': {
      harmless: ['', 'io.debezium.sink.naming.DefaultCollectionNamingStrategy'],
      instead: 'a Java class cannot be loaded; use collection.name.format, or the transform RegexRouter.',
    },
  },
}

const OTHERS: Readonly<Record<string, OtherSink>> = {
  'io.aiven.connect.jdbc.JdbcSinkConnector': AIVEN,
  'io.debezium.connector.jdbc.JdbcSinkConnector': DEBEZIUM,
}

function otherOf(props: Props): OtherSink | null {
  const name = props['connector.class']?.trim() ?? ''
  return Object.hasOwn(OTHERS, name) ? (OTHERS[name] ?? null) : null
}

interface Translated {
  readonly props: Props
  /** Their key by ours, for those that were translated. */
  readonly theirs: ReadonlyMap<string, string>
}

function translate(props: Props, other: OtherSink): Translated {
  const out: Record<string, string> = { ...other.defaults }
  const theirs = new Map<string, string>()
  for (const [key, text] of Object.entries(props)) {
    if (other.needless.test(key)) continue
    const known = Object.hasOwn(other.keys, key) ? other.keys[key] : undefined
    if (known === undefined) {
      out[key] = text
      continue
    }
    out[known.ours] = known.value?.(text) ?? text
    if (known.ours !== key) theirs.set(known.ours, key)
    if (key === 'schema.evolution') out['auto.evolve'] = out[known.ours] ?? text
  }
  return { props: out, theirs }
}

/** Problems with keys that are understood and whose effect is not there. */
function refusals(props: Props, { refused }: OtherSink): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(refused)
      .filter(([key, { harmless }]) => !harmless.includes((props[key] ?? harmless[0] ?? '').trim()))
      .map(([key, { instead }]) => [key, `${key} has no effect here: ${instead}`]),
  )
}

/** The configuration in our words. */
export function inOwnWords(props: Props): Props {
  const other = otherOf(props)
  return other === null ? props : translate(props, other).props
}

/** The configuration that also reads what was written for the other sinks, told by the class that is named. */
export function inWordsOfAll<K extends ConfigKeys>(own: ConfigDef<K>): ConfigDef<K> {
  return {
    ...own,
    parse(props) {
      const other = otherOf(props)
      if (other === null) return own.parse(props)
      const refused = Object.entries(refusals(props, other)).map(([key, message]) => ({ key, message }))
      if (refused.length > 0) throw new ConfigError('invalid-config', refused)
      return own.parse(translate(props, other).props)
    },
    validate(props) {
      const other = otherOf(props)
      if (other === null) return own.validate(props)
      const { props: ours, theirs } = translate(props, other)
      const values = own.validate(ours).map((value) => underTheirName(value, theirs))
      return [...values, ...refusedValues(props, other)]
    },
    unknown(props) {
      const other = otherOf(props)
      const names = [...Object.keys(own.keys), ...Object.keys(other?.keys ?? {}), ...Object.keys(other?.refused ?? {})]
      return own
        .unknown(props)
        .filter(({ key }) => !names.includes(key) && !isTableKey(key) && other?.needless.test(key) !== true)
        .map(({ key }) => ({ key, nearest: nearestKey(key, names) }))
    },
  }
}

function underTheirName(value: ConfigValue, theirs: ReadonlyMap<string, string>): ConfigValue {
  const name = theirs.get(value.name)
  const told = (text: string): string =>
    [...theirs].reduce((message, [ours, key]) => message.replaceAll(ours, key), text)
  return name === undefined && value.errors.length === 0
    ? value
    : { ...value, name: name ?? value.name, errors: value.errors.map(told) }
}

function refusedValues(props: Props, other: OtherSink): readonly ConfigValue[] {
  return Object.entries(refusals(props, other)).map(([name, message]) => ({
    name,
    key: { type: 'string', doc: message, default: null },
    order: -1,
    value: props[name] ?? null,
    recommended: [],
    errors: [message],
    visible: true,
  }))
}
