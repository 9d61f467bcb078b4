// Compiles, per shape of a result, the loop that turns a driver's rows into Connect values in place, column by column.
import { DataError, retold, StateError, struct, withOptions, type Schema } from '@rowbridge/api'
import type { Column, Instant, Misfitting, Page, ReadOptions } from './database.js'
import type { Dialect, RawColumn, RawResult, Reader, ReadSettings, ReadType } from './dialect.js'
import { Misfit } from './misfit.js'

interface Shape {
  readonly fingerprint: string
  readonly columns: readonly Column[]
  readonly schema: Schema
  /** Null where the raw value is the value. */
  readonly readers: readonly (Reader | null)[]
  readonly instants: ReadonlyMap<string, { readonly index: number; readonly read: (raw: unknown) => Instant }>
}

/** Shapes that are kept, by statement. */
const KEPT = 500

export interface RowReader {
  page(text: string, result: RawResult, options: ReadOptions): Page
}

/** Pages of a connection. A shape is compiled when a statement gives it for the first time. */
export function compileRowReader(dialect: Dialect, settings: ReadSettings): RowReader {
  const shapes = new Map<string, Shape>()
  return {
    page(text, result, options) {
      const key = `${options.schemaName ?? ''}\n${text}`
      const fingerprint = fingerprintOf(result.columns)
      let shape = shapes.get(key)
      if (shape?.fingerprint !== fingerprint) {
        if (shapes.size >= KEPT) shapes.clear()
        shape = compileShape(dialect, settings, result.columns, { name: options.schemaName, fingerprint })
        shapes.set(key, shape)
      }
      return convert(shape, result.rows, options)
    },
  }
}

function fingerprintOf(columns: readonly RawColumn[]): string {
  let text = ''
  for (const c of columns) {
    text += `${c.name}\t${c.typeName}\t${c.precision}\t${c.scale}\t${c.isNullable}\t${c.isPrimaryKey}\t${c.isAutoIncrement}\n`
  }
  return text
}

/** The table's type of a column; every dialect has one named `other` for the rest. */
function readTypeOf(dialect: Dialect, column: RawColumn): ReadType {
  const type = dialect.reads[column.type] ?? dialect.reads['other']
  if (type !== undefined) return type
  throw new StateError('unknown-type', `${column.name}: type ${column.typeName} is not known`)
}

export function columnOf(dialect: Dialect, raw: RawColumn, settings: ReadSettings): Column {
  const { schema } = readTypeOf(dialect, raw)
  const required = typeof schema === 'function' ? schema(raw, settings) : schema
  return {
    name: raw.name,
    typeName: raw.typeName,
    schema: withOptions(required, { optional: raw.isNullable }),
    isNullable: raw.isNullable,
    isPrimaryKey: raw.isPrimaryKey,
    isAutoIncrement: raw.isAutoIncrement,
    ...(raw.isInvisible === true ? { isInvisible: true } : {}),
  }
}

function compileShape(
  dialect: Dialect,
  settings: ReadSettings,
  raws: readonly RawColumn[],
  { name, fingerprint }: { readonly name: string | null; readonly fingerprint: string },
): Shape {
  const columns = raws.map((raw) => columnOf(dialect, raw, settings))
  const twice = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) !== i)
  if (twice !== undefined) {
    throw new StateError('duplicate-column', `The result has two columns named ${twice.name}`, {
      hint: 'Give each column of the query a name of its own with AS.',
    })
  }
  const instants = new Map<string, { index: number; read: (raw: unknown) => Instant }>()
  raws.forEach((raw, index) => {
    const read = readTypeOf(dialect, raw).instant?.(raw, settings)
    if (read !== undefined) instants.set(raw.name, { index, read })
  })
  return {
    fingerprint,
    columns,
    schema: struct(
      columns.flatMap((column) => (column.schema === null ? [] : [{ name: column.name, schema: column.schema }])),
      { name },
    ),
    readers: raws.map((raw) => readTypeOf(dialect, raw).read?.(raw, settings) ?? null),
    instants,
  }
}

function convert(shape: Shape, rows: unknown[][], options: ReadOptions): Page {
  const instants = (options.instants ?? []).map((name) => readInstants(shape, rows, name, false))
  const moments = (options.moments ?? []).map((name) => readInstants(shape, rows, name, true))
  const misfits = new Map<number, Misfitting[]>()
  for (let c = 0; c < shape.readers.length; c++) {
    const read = shape.readers[c]
    if (read === null || read === undefined) continue
    for (let r = 0; r < rows.length; r++) r = convertColumn(rows, c, r, { read, misfits, schema: shape.schema })
  }
  return {
    columns: shape.columns,
    schema: shape.schema,
    rows,
    instants,
    moments,
    misfits: misfits.size === 0 ? null : misfits,
  }
}

interface Conversion {
  readonly read: Reader
  readonly misfits: Map<number, Misfitting[]>
  readonly schema: Schema
}

/** Converts from a row on, up to the first value that does not fit; gives that row's index, or the last one's. */
function convertColumn(rows: unknown[][], column: number, from: number, { read, misfits, schema }: Conversion): number {
  let r = from
  try {
    for (; r < rows.length; r++) {
      const row = rows[r] as unknown[]
      const raw = row[column]
      if (raw !== null) row[column] = read(raw)
    }
  } catch (error) {
    if (!(error instanceof Misfit)) throw atRow(error, r)
    const row = rows[r] as unknown[]
    row[column] = error.carried.value
    const own = {
      field: column,
      schema: error.carried.schema,
      message: misfitText(error, schema.fields[column]?.schema),
    }
    misfits.set(r, [...(misfits.get(r) ?? []), own])
  }
  return r
}

function misfitText({ message, carried }: Misfit, schema: Schema | undefined): string {
  return `${message} as ${typeText(schema ?? carried.schema)}; such values go as ${typeText(carried.schema)}`
}

function typeText({ name, type }: Schema): string {
  return name === null ? type : name.slice(name.lastIndexOf('.') + 1)
}

function readInstants(shape: Shape, rows: readonly unknown[][], name: string, isLenient: boolean): (Instant | null)[] {
  const column = shape.instants.get(name)
  if (column === undefined) {
    throw new StateError('not-a-timestamp', `Column ${name} is no timestamp, or is not in the result`, {
      hint: `The result has the columns: ${shape.columns.map((c) => `${c.name} (${c.typeName})`).join(', ')}.`,
    })
  }
  let r = 0
  try {
    const out: (Instant | null)[] = []
    for (; r < rows.length; r++) {
      const raw = rows[r]?.[column.index]
      out.push(
        raw === null || raw === undefined ? null : isLenient ? instantOrNull(column.read, raw) : column.read(raw),
      )
    }
    return out
  } catch (error) {
    throw atRow(error, r)
  }
}

function instantOrNull(read: (raw: unknown) => Instant, raw: unknown): Instant | null {
  try {
    return read(raw)
  } catch (error) {
    if (error instanceof Misfit) return null
    throw error
  }
}

/** The same error, with the row in which it arose. */
export function atRow(thrown: unknown, index: number): unknown {
  const error = thrown instanceof Misfit ? thrown.toDataError() : thrown
  if (!(error instanceof DataError) || error.index !== null) return error
  return retold(error, { index })
}
