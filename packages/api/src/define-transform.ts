// How transforms and predicates are written: what depends on the configuration and the schema once, then a loop over rows.
import { stretchesOf, type RecordBatch, type SchemaAndValues } from './batch.js'
import type { Config, ConfigDef, ConfigKeys } from './config/define.js'
import { ConnectError, DataError } from './errors.js'
import type { PredicatePlugin, TransformPlugin } from './plugin.js'
import type { Schema } from './schema.js'
import type { Row } from './struct.js'
import type { Predicate, Transform } from './transform.js'

/**
 * How values of one schema change. `row` is called for values that are not null, nulls stay as they are; `value` is called
 * for nulls, too. `schema` is that of the results. Neither function may change what it is given.
 */
export type Change =
  | {
      readonly schema: Schema | null
      readonly row: (row: Row, index: number, batch: RecordBatch) => unknown
    }
  | {
      readonly schema: Schema | null
      readonly value: (value: unknown, index: number, batch: RecordBatch) => unknown
    }

/** Called once per schema; null, for values without a schema, included. Null leaves values of the schema as they are. */
export type CompileChange = (schema: Schema | null) => Change | null

/** A full name, or that and what else a plugin tells about itself. */
export type PluginName = string | { readonly className: string; readonly version: string }

/**
 * A transform of keys or values, field by field: gives the plugins `<name>$Key` and `<name>$Value`.
 *
 * @example
 * export const upperCase = defineTransform(
 *   'com.acme.UpperCase',
 *   defineConfig({ field: { type: 'string', doc: 'Field to write in upper case.' } }),
 *   ({ field }) =>
 *     (schema) => {
 *       if (schema === null) return null
 *       const { index } = fieldOf(schema, field)
 *       return { schema, row: (row) => row.with(index, String(row[index]).toUpperCase()) }
 *     },
 * )
 */
export function defineTransform<const K extends ConfigKeys>(
  name: PluginName,
  config: ConfigDef<K>,
  make: (config: Config<K>) => CompileChange,
): readonly [key: TransformPlugin, value: TransformPlugin] {
  const sideOf = (side: Side): TransformPlugin => ({
    ...pluginOf(suffixed(name, side === 'key' ? '$Key' : '$Value'), config),
    type: 'transformation',
    transform: (props) => settled(() => changing(side, make(config.parse(props)))),
  })
  return [sideOf('key'), sideOf('value')]
}

/**
 * A transform of whole records: topics, headers, timestamps, or several parts at once.
 *
 * @example
 * export const lowerCaseTopic = defineBatchTransform('com.acme.LowerCaseTopic', defineConfig({}), () => ({
 *   apply: (batch) => ({ ...batch, topic: batch.topic.toLowerCase() }),
 * }))
 */
export function defineBatchTransform<const K extends ConfigKeys>(
  name: PluginName,
  config: ConfigDef<K>,
  make: (config: Config<K>) => Transform,
): TransformPlugin {
  const transform: TransformPlugin['transform'] = (props) => settled(() => make(config.parse(props)))
  return { ...pluginOf(name, config), type: 'transformation', transform }
}

/**
 * A predicate: says which records a transform is for.
 *
 * @example
 * export const hasKey = definePredicate('com.acme.HasKey', defineConfig({}), () => ({
 *   test: (batch) => batch.key?.values.map((key) => key !== null) ?? false,
 * }))
 */
export function definePredicate<const K extends ConfigKeys>(
  name: PluginName,
  config: ConfigDef<K>,
  make: (config: Config<K>) => Predicate,
): PredicatePlugin {
  return {
    ...pluginOf(name, config),
    type: 'predicate',
    predicate: (props) => settled(() => make(config.parse(props))),
  }
}

function pluginOf(name: PluginName, config: ConfigDef<ConfigKeys>) {
  return typeof name === 'string' ? { className: name, version: '', config } : { ...name, config }
}

function suffixed(name: PluginName, suffix: string): PluginName {
  return typeof name === 'string' ? `${name}${suffix}` : { ...name, className: `${name.className}${suffix}` }
}

/** A promise of what is at hand; what is thrown rejects it. */
function settled<T>(make: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(make())
  })
}

export type Side = 'key' | 'value'

/** Keys or values of a batch; nulls without a schema where no record has a key. */
export function sideOf(batch: RecordBatch, side: Side): SchemaAndValues {
  if (side === 'value') return batch.value
  return batch.key ?? { schema: null, values: Array.from({ length: batch.length }, () => null) }
}

/** The batch with other keys or values. */
export function withSide<B extends RecordBatch>(batch: B, side: Side, changed: SchemaAndValues): B {
  return side === 'key' ? { ...batch, key: changed } : { ...batch, value: changed }
}

/** What is compiled once per schema, null included. */
export function oncePerSchema<T>(compile: (schema: Schema | null) => T): (schema: Schema | null) => T {
  const compiled = new WeakMap<Schema, { readonly made: T }>()
  let schemaless: { readonly made: T } | null = null
  return (schema) => {
    if (schema === null) return (schemaless ??= { made: compile(null) }).made
    let known = compiled.get(schema)
    if (known === undefined) compiled.set(schema, (known = { made: compile(schema) }))
    return known.made
  }
}

function changing(side: Side, compile: CompileChange): Transform {
  const changeOf = oncePerSchema(compile)
  return {
    apply: (batch) => {
      const part = sideOf(batch, side)
      const change = atRecord(() => changeOf(part.schema), 0)
      if (change === null || part.values.length === 0) return batch
      if ('value' in change) return withSide(batch, side, changed(part, change, batch))
      if (!part.values.includes(null)) return withSide(batch, side, changed(part, valueChange(change), batch))
      return changedRows(batch, side, change)
    },
  }
}

type ValueChange = Extract<Change, { readonly value: unknown }>
type RowChange = Extract<Change, { readonly row: unknown }>

function valueChange({ schema, row }: RowChange): ValueChange {
  return { schema, value: row as ValueChange['value'] }
}

function changed({ values }: SchemaAndValues, { schema, value }: ValueChange, batch: RecordBatch): SchemaAndValues {
  const { length } = values
  const results: unknown[] = []
  let i = 0
  try {
    for (; i < length; i += 1) results.push(value(values[i], i, batch))
  } catch (error) {
    throw withIndex(error, i)
  }
  return { schema, values: results }
}

/** Rows and nulls among each other: nulls keep the schema they had, so that stretches part where it is another. */
function changedRows<B extends RecordBatch>(batch: B, side: Side, change: RowChange): B | readonly B[] {
  const part = sideOf(batch, side)
  const { schema, row } = change
  const value: ValueChange['value'] = (given, i, records) => (given === null ? null : row(given as Row, i, records))
  const isNull = part.values.map((given) => given === null)
  if (schema === part.schema) return withSide(batch, side, changed(part, { schema, value }, batch))
  const all = withSide(batch, side, changed(part, { schema, value }, batch))
  return stretchesOf(all, isNull).map(({ batch: stretch, answer }) =>
    answer ? withSide(stretch, side, { schema: part.schema, values: sideOf(stretch, side).values }) : stretch,
  )
}

function atRecord<T>(work: () => T, index: number): T {
  try {
    return work()
  } catch (error) {
    throw withIndex(error, index)
  }
}

/** An error of a transform as one of the record at work. What may mend, and what is not about a record, stays as it is. */
export function withIndex(error: unknown, index: number): unknown {
  if (error instanceof DataError) {
    const { code, message, hint, cause, facts } = error
    return new DataError(code, message, {
      index,
      ...(hint === null ? {} : { hint }),
      ...(facts === null ? {} : { facts }),
      cause,
    })
  }
  if (error instanceof ConnectError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new DataError('transform-failed', text, { index, cause: error })
}

/**
 * A batch transform that looks at one record at a time: the batch parts where `answerOf` changes its answer, and each
 * stretch goes to `apply` with its answer. Null drops the stretch.
 */
export function perStretch<B extends RecordBatch, T>(
  batch: B,
  answerOf: (index: number) => T,
  apply: (stretch: B, answer: T) => B | null,
): B | readonly B[] | null {
  const { length } = batch
  if (length === 0) return batch
  const answers: T[] = []
  for (let i = 0; i < length; i += 1) answers.push(atRecord(() => answerOf(i), i))
  const [first] = answers
  if (answers.every((answer) => answer === first)) return apply(batch, first as T)
  return stretchesOf(batch, answers).flatMap(({ batch: stretch, answer }) => apply(stretch, answer) ?? [])
}
