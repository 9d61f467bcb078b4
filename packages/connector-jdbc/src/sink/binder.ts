// From records to rows: which part of a record goes to which place of the row is settled once per schema; per record there is one array.
import { DataError, shown, type SinkBatch } from '@rowbridge/api'
import { ANY, anyJson, jsonWriter, type Zone } from '@rowbridge/sql'
import { instantSince } from './epoch.js'
import { placeOf } from './location.js'
import { compileDates } from './date-zone.js'
import type { Origin, RecordColumn } from './primary-key.js'

/** Makes the row of record i of a batch. In rows of plain JSON `undefined` is what the record does not have. */
export type Projection = (batch: SinkBatch, i: number) => unknown[]

type Part = Exclude<Origin, 'key-field' | 'value-field' | 'overflow'>
type Take = (batch: SinkBatch, i: number) => unknown

export interface ProjectionOptions {
  /** A null becomes the default of its field; in a key always. */
  readonly replacesNull: boolean
  /** Zone in which a date is the day that it was at midnight UTC; null: a date is the day it is. */
  readonly dateZone: Zone | null
}

/** `columns` with the key's first. */
export function compileProjection(columns: readonly RecordColumn[], options: ProjectionOptions): Projection {
  const isPlain = columns.every(({ from, path, schema }) => from === 'value-field' && !path && schema.name !== ANY)
  const defaults = columns.map((column) =>
    column.isKey || options.replacesNull ? (column.schema.default ?? null) : null,
  )
  const keys = columns.filter((column) => column.isKey)
  const plain = isPlain
    ? projectFields(
        columns.map((column) => column.index),
        defaults,
      )
    : projectParts(columns, defaults)
  const project = compileDates(withInstants(plain, columns), columns, options.dateZone)
  if (keys.length === 0) return project
  return (batch, i) => {
    const row = project(batch, i)
    for (let k = 0; k < keys.length; k += 1) if ((row[k] ?? null) === null) throw nullKey(batch, i, keys[k]?.name ?? '')
    return row
  }
}

function projectFields(indexes: readonly number[], defaults: readonly unknown[]): Projection {
  return (batch, i) => {
    const fields = batch.value.values[i] as readonly unknown[]
    const row = defaults.slice()
    for (let c = 0; c < indexes.length; c += 1) row[c] = fields[indexes[c] ?? -1] ?? row[c]
    return row
  }
}

function projectParts(columns: readonly RecordColumn[], defaults: readonly unknown[]): Projection {
  const takes = columns.map(compileTake)
  const keepsAbsent = columns.map(({ schema, isKey }) => schema.name === ANY && !isKey)
  return (batch, i) => {
    const row = defaults.slice()
    for (let c = 0; c < takes.length; c += 1) {
      const part = takes[c]?.(batch, i)
      row[c] = part === undefined && keepsAbsent[c] === true ? undefined : (part ?? row[c])
    }
    return row
  }
}

function compileTake(column: RecordColumn): Take {
  const { from, index, path, overflow = [] } = column
  if (from === 'overflow') return compileOverflow(overflow)
  if (from === 'key-field') return (batch, i) => (batch.key?.values[i] as Fields | undefined)?.[index]
  if (from !== 'value-field') return (batch, i) => partOf(batch, i, from)
  const field: Take = (batch, i) => (batch.value.values[i] as Fields)?.[index]
  return path === undefined ? field : within(field, path)
}

type Fields = readonly unknown[] | null

function within(field: Take, path: readonly number[]): Take {
  return (batch, i) => {
    let part = field(batch, i)
    for (let p = 0; p < path.length && part !== null && part !== undefined; p += 1)
      part = (part as readonly unknown[])[path[p] ?? -1]
    return part
  }
}

/** The fields without a column as the text of one JSON object; null where none has a value. */
function compileOverflow(columns: readonly RecordColumn[]): Take {
  const members = columns.map((column) => ({
    head: `${JSON.stringify(column.name)}:`,
    take: compileTake(column),
    write: column.schema.name === ANY ? anyJson : jsonWriter(column.schema),
  }))
  return (batch, i) => {
    const parts: string[] = []
    for (const { head, take, write } of members) {
      const value = take(batch, i)
      if (value !== null && value !== undefined) parts.push(head + write(value))
    }
    return parts.length === 0 ? null : `{${parts.join(',')}}`
  }
}

/** Values that count since 1970 become instants. */
function withInstants(project: Projection, columns: readonly RecordColumn[]): Projection {
  const places = columns.flatMap(({ name, epoch }, at) => (epoch === null ? [] : [{ at, name, epoch }]))
  if (places.length === 0) return project
  return (batch, i) => {
    const row = project(batch, i)
    for (const { at, name, epoch } of places) {
      const value = row[at]
      if (value === null || value === undefined) continue
      const instant = instantSince(value, epoch)
      if (instant === null) throw badEpoch(placeOf(batch, i), name, value)
      row[at] = instant
    }
    return row
  }
}

function badEpoch(place: string, name: string, value: unknown): DataError {
  return new DataError(
    'bad-timestamp',
    `${place}: field ${name} is ${shown(value)}, which is no whole number of units since 1970.`,
    {
      hint: 'Look at timestamp.fields.list and timestamp.precision.mode.',
    },
  )
}

function partOf(batch: SinkBatch, i: number, part: Part): unknown {
  switch (part) {
    case 'key':
      return batch.key?.values[i]
    case 'value':
      return batch.value.values[i]
    case 'topic':
      return batch.topic
    case 'partition':
      return batch.partition
    case 'offset':
      return batch.offsets[i]
  }
}

function nullKey(batch: SinkBatch, i: number, column: string): DataError {
  const message = `${placeOf(batch, i)}: key column ${column} is null, so no row can be told by it.`
  return new DataError('null-key', message, {
    hint: 'Choose other pk.fields, or have the producer fill the field.',
    index: i,
  })
}
