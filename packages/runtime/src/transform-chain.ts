// The transforms of a connector as one: each takes what the last one gave, on the records that its predicate picks. Without
// transforms there is no chain.
import {
  ConnectError,
  DataError,
  StateError,
  stretchesOf,
  type Header,
  type Predicate,
  type Props,
  type RecordBatch,
  type SchemaAndValues,
  type Transform,
} from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import type { Plugins } from './plugins.js'

/** Set to the transform at work, so that an error can say whose it is. */
export interface AtWork {
  className: string
}

export interface TransformChain {
  /** The records in order, in as few batches as there are topics and schemas in a row. Throws DataError as a transform does. */
  apply<B extends RecordBatch>(batch: B, atWork: AtWork): readonly B[]
}

interface Link {
  readonly className: string
  readonly transform: Transform
  readonly predicate: Predicate | null
  readonly isNegated: boolean
}

/** Null where no transforms are configured. Throws ConfigError or StateError for what cannot be used. */
export async function chainOf(plugins: Plugins, props: Props): Promise<TransformChain | null> {
  const aliases = aliasesIn(props, 'transforms')
  if (aliases.length === 0) return null
  const links: Link[] = []
  for (const alias of aliases) links.push(await linkOf(plugins, props, alias))
  return { apply: (batch, atWork) => joined(through(links, batch, atWork)) }
}

/** The names that `transforms` or `predicates` lists, each once. */
export function aliasesIn(props: Props, key: 'transforms' | 'predicates'): readonly string[] {
  const aliases = (props[key] ?? '').split(',').map((alias) => alias.trim())
  return [...new Set(aliases)].filter((alias) => alias !== '')
}

async function linkOf(plugins: Plugins, props: Props, alias: string): Promise<Link> {
  const { type = '', predicate, negate, ...own } = withoutPrefix(props, `transforms.${alias}.`)
  const plugin = plugins.transform(type)
  return {
    className: plugin.className,
    transform: await plugin.transform(own),
    predicate: predicate === undefined ? null : await predicateOf(plugins, props, predicate.trim()),
    isNegated: negate?.trim().toLowerCase() === 'true',
  }
}

async function predicateOf(plugins: Plugins, props: Props, alias: string): Promise<Predicate> {
  const { type = '', ...own } = withoutPrefix(props, `predicates.${alias}.`)
  return plugins.predicate(type).predicate(own)
}

function through<B extends RecordBatch>(links: readonly Link[], given: B, atWork: AtWork): readonly B[] {
  let batches: readonly B[] = [given]
  for (const link of links) {
    atWork.className = link.className
    const [only] = batches
    if (batches.length === 1 && only !== undefined) {
      batches = applied(link, only, only === given || only.length === given.length)
    } else batches = batches.flatMap((batch) => applied(link, batch, false))
  }
  return batches
}

/** `isWhole`: the batch has the same records as the one that came into the chain, so that places in it mean the same. */
function applied<B extends RecordBatch>(link: Link, batch: B, isWhole: boolean): readonly B[] {
  const { predicate, isNegated } = link
  if (predicate === null) return transformed(link, batch, isWhole)
  const answer = placed(() => predicate.test(batch), isWhole)
  if (typeof answer === 'boolean') return answer === isNegated ? [batch] : transformed(link, batch, isWhole)
  const stretches = stretchesOf(batch, answer)
  const isOne = stretches.length === 1
  return stretches.flatMap((stretch) =>
    stretch.answer === isNegated ? [stretch.batch] : transformed(link, stretch.batch, isWhole && isOne),
  )
}

function transformed<B extends RecordBatch>({ transform, className }: Link, batch: B, isWhole: boolean): readonly B[] {
  const result = placed(() => transform.apply(batch), isWhole)
  if (result === null) return []
  const batches = isBatch(result) ? [result] : result
  for (const each of batches) checkShape(each, batch, className)
  return batches.filter(({ length }) => length > 0)
}

function isBatch<B extends RecordBatch>(result: B | readonly B[]): result is B {
  return !Array.isArray(result)
}

/** A transform that loses count of its records would lose records (Invariant 3). */
function checkShape(batch: RecordBatch, given: RecordBatch, className: string): void {
  const { length, key, value, timestamps, headers, offsets } = batch
  const lengths = [key?.values, value.values, timestamps, headers, offsets]
  const isRight = lengths.every((items) => items === null || items === undefined || items.length === length)
  if (isRight && (offsets === undefined) === (given.offsets === undefined)) return
  const text = `${className} gave a batch of ${length} records whose parts are of other lengths`
  throw new StateError('wrong-batch', text, { hint: 'This is a mistake in the transform: tell its author.' })
}

/** An error of a transform; the place it names is kept only where it is a place in the batch that came into the chain. */
function placed<T>(work: () => T, isWhole: boolean): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof DataError && (isWhole || error.index === null)) throw error
    if (error instanceof DataError) {
      const { code, message, hint, facts, cause } = error
      const details = { ...(hint === null ? {} : { hint }), ...(facts === null ? {} : { facts }), cause }
      throw new DataError(code, message, details)
    }
    // What a transform of somebody's own throws is taken to be about the record at hand.
    if (error instanceof ConnectError || !(error instanceof Error)) throw error
    throw new DataError('transform-failed', error.message, { cause: error })
  }
}

/** Neighbours that share topic and schemas, as one. */
function joined<B extends RecordBatch>(batches: readonly B[]): readonly B[] {
  if (batches.length < 2) return batches
  const groups: B[][] = []
  for (const batch of batches) {
    const group = groups.at(-1)
    const last = group?.[0]
    if (group !== undefined && last !== undefined && canJoin(last, batch)) group.push(batch)
    else groups.push([batch])
  }
  return groups.map(joinGroup)
}

function canJoin(a: RecordBatch, b: RecordBatch): boolean {
  return (
    a.topic === b.topic &&
    a.partition === b.partition &&
    a.value.schema === b.value.schema &&
    (a.key === null) === (b.key === null) &&
    (a.key?.schema ?? null) === (b.key?.schema ?? null) &&
    (a.timestamps === null) === (b.timestamps === null)
  )
}

function joinGroup<B extends RecordBatch>(group: readonly B[]): B {
  const [first] = group
  if (first === undefined) throw new RangeError('Nothing to join')
  if (group.length === 1) return first
  return {
    ...first,
    length: group.reduce((sum, { length }) => sum + length, 0),
    key: first.key === null ? null : { schema: first.key.schema, values: valuesOf(group.map(({ key }) => key)) },
    value: { schema: first.value.schema, values: valuesOf(group.map(({ value }) => value)) },
    timestamps: first.timestamps === null ? null : group.flatMap(({ timestamps }) => timestamps ?? []),
    headers: group.every(({ headers }) => headers === null)
      ? null
      : group.flatMap((batch) => batch.headers ?? noHeaders(batch)),
    ...(first.offsets === undefined ? {} : { offsets: group.flatMap(({ offsets }) => offsets ?? []) }),
  }
}

function valuesOf(parts: readonly (SchemaAndValues | null)[]): readonly unknown[] {
  return parts.flatMap((part) => part?.values ?? [])
}

function noHeaders({ length }: RecordBatch): readonly (readonly Header[])[] {
  return Array.from({ length }, () => [])
}
