// A change event of Debezium: the row before and after, and what else it tells, by the schema of the event.
import {
  compileValueText,
  struct,
  primitive,
  withOptions,
  type Field,
  type Header,
  type Row,
  type Schema,
} from '@rowbridge/api'
import { basicsOf, compileCopy, compilePick } from './rows.js'

const AT_TOP: readonly string[] = ['op', 'ts_ms', 'ts_us', 'ts_ns']
const OF_TRANSACTION: readonly string[] = ['id', 'total_order', 'data_collection_order']
const DELETED = { name: '__deleted', schema: primitive('string', { optional: true }) }

export interface EnvelopeSettings {
  readonly 'add.fields': readonly string[]
  readonly 'add.fields.prefix': string
  readonly 'add.headers': readonly string[]
  readonly 'add.headers.prefix': string
  readonly 'route.by.field': string
  readonly 'drop.fields.keep.schema.compatible': boolean
  readonly 'replace.null.with.default': boolean
}

/** Rows as they go on. */
export interface RowBuild {
  readonly schema: Schema
  readonly rowOf: (event: Row) => Row
}

export interface Envelope {
  readonly before: (event: Row) => Row | null
  readonly after: (event: Row) => Row | null
  /** Schema of the row of an event. */
  readonly rowSchema: Schema
  /** Content of the column to route by; empty where there is none. */
  readonly topicOf: (row: Row | null) => string
  readonly headers: (event: unknown) => readonly Header[]
  /** The row before of deletions, else the one after, with what is added and without what is left out. */
  readonly build: (isDelete: boolean, dropped: readonly string[]) => RowBuild
}

/** What is read out of an event besides its rows. */
interface Addition {
  readonly name: string
  readonly schema: Schema
  readonly read: (event: Row) => unknown
}

export function compileEnvelope(schema: Schema, settings: EnvelopeSettings, addsDeleted: boolean): Envelope {
  const after = rowReader(schema, 'after')
  const before = rowReader(schema, 'before')
  const fields = additionsOf(schema, settings['add.fields'], settings['add.fields.prefix'])
  const headers = additionsOf(schema, settings['add.headers'], settings['add.headers.prefix'])
  const rowSchema = schemaOf(schema, 'after') ?? schema
  const routing = rowSchema.fields.find(({ name }) => name === settings['route.by.field'])
  const textOf = compileValueText(routing?.schema ?? null)
  const builds = new Map<string, RowBuild>()
  return {
    before,
    after,
    rowSchema,
    topicOf: (row) => (routing === undefined || row === null ? '' : textOf(row[routing.index] ?? '')),
    headers: (event) =>
      headers.map(({ name, schema: part, read }) => ({ key: name, schema: part, value: read(event as Row) })),
    build: (isDelete, dropped) => {
      const key = JSON.stringify([isDelete, dropped])
      const known = builds.get(key)
      if (known !== undefined) return known
      const rows = isDelete ? (schemaOf(schema, 'before') ?? rowSchema) : rowSchema
      const build = compileBuild(rows, isDelete ? before : after, {
        additions: [...(addsDeleted ? [deletedMark(isDelete)] : []), ...fields],
        dropped,
        keepsCompatible: settings['drop.fields.keep.schema.compatible'],
        replacesNull: settings['replace.null.with.default'],
      })
      builds.set(key, build)
      return build
    },
  }
}

function schemaOf(schema: Schema, name: string): Schema | undefined {
  return schema.fields.find((field) => field.name === name)?.schema
}

function rowReader(schema: Schema, name: string): (event: Row) => Row | null {
  const field = schema.fields.find((candidate) => candidate.name === name)
  return field === undefined ? () => null : (event) => (event[field.index] ?? null) as Row | null
}

function deletedMark(isDelete: boolean): Addition {
  const text = String(isDelete)
  return { ...DELETED, read: () => text }
}

interface BuildParts {
  readonly additions: readonly Addition[]
  readonly dropped: readonly string[]
  readonly keepsCompatible: boolean
  readonly replacesNull: boolean
}

function compileBuild(schema: Schema, rowOf: (event: Row) => Row | null, parts: BuildParts): RowBuild {
  const { additions, dropped, keepsCompatible, replacesNull } = parts
  const kept = fieldsLeft(schema, dropped, keepsCompatible)
  const isWhole = kept.length === schema.fields.length
  const row = (event: Row) => rowOf(event) ?? []
  if (isWhole && additions.length === 0) return { schema, rowOf: row }
  const copyOf = isWhole ? compileCopy(schema, replacesNull) : compilePick(kept, replacesNull)
  return {
    schema: struct([...kept, ...additions], basicsOf(schema)),
    rowOf: (event) => {
      const copy = copyOf(row(event))
      for (const { read } of additions) copy.push(read(event))
      return copy
    },
  }
}

/** The fields that stay when some are to go; required ones stay where readers of the old schema are to be spared. */
export function fieldsLeft(schema: Schema, dropped: readonly string[], keepsCompatible: boolean): readonly Field[] {
  return schema.fields.filter(
    ({ name, schema: part }) => !dropped.includes(name) || (keepsCompatible && !part.optional),
  )
}

/** What the event has of the things that are to be added. */
function additionsOf(schema: Schema, specs: readonly string[], prefix: string): readonly Addition[] {
  return specs.flatMap((spec) => {
    const [path = '', alias] = spec.split(':')
    const dot = path.indexOf('.')
    const [outer, name] = dot < 0 ? [outerOf(path), path] : [path.slice(0, dot), path.slice(dot + 1)]
    const written = dot < 0 ? name : `${outer}_${name}`
    const read = outer === null ? null : readerWithin(schema, outer, name)
    const found = read ?? readerAtTop(schema, name)
    return found === null ? [] : [{ ...found, name: `${prefix}${alias ?? written}` }]
  })
}

/** The block in which a thing stands that is named without one; null: the event itself. */
function outerOf(name: string): string | null {
  if (AT_TOP.includes(name)) return null
  if (OF_TRANSACTION.includes(name)) return 'transaction'
  return name === 'updateDescription' ? null : 'source'
}

type Found = Pick<Addition, 'schema' | 'read'>

function readerWithin(schema: Schema, outer: string, name: string): Found | null {
  const block = schema.fields.find((field) => field.name === outer)
  const field = block?.schema.fields.find((candidate) => candidate.name === name)
  if (block === undefined || field === undefined) return null
  const read = (event: Row) => (event[block.index] as Row | null)?.[field.index] ?? null
  return { schema: loose(field.schema), read }
}

function readerAtTop(schema: Schema, name: string): Found | null {
  const field = schema.fields.find((candidate) => candidate.name === name)
  return field === undefined ? null : { schema: loose(field.schema), read: (event) => event[field.index] ?? null }
}

function loose(schema: Schema): Schema {
  return withOptions(schema, { optional: true, default: undefined })
}
