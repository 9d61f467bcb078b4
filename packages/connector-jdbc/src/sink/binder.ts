// From records to rows: which part of a record goes to which place of the row is settled once per schema; per record there is one array.
import { DataError, shown, type SinkBatch } from '@rowbridge/api'
import { instantSince } from './epoch.js'
import { placeOf } from './location.js'
import type { Origin, RecordColumn } from './primary-key.js'

/** Makes the row of record i of a batch. */
export type Projection = (batch: SinkBatch, i: number) => unknown[]

type Part = Exclude<Origin, 'key-field' | 'value-field'>

/** `columns` with the key's first. A null becomes the default of its field where the configuration wants it; in a key always. */
export function compileProjection(columns: readonly RecordColumn[], replacesNull: boolean): Projection {
  const fieldColumns = columns.every((column) => column.from === 'value-field')
  const indexes = columns.map((column) => column.index)
  const defaults = columns.map((column) => (column.isKey || replacesNull ? (column.schema.default ?? null) : null))
  const keys = columns.filter((column) => column.isKey)
  const plain = fieldColumns ? projectFields(indexes, defaults) : projectParts(columns, indexes, defaults)
  const project = withInstants(plain, columns)
  if (keys.length === 0) return project
  return (batch, i) => {
    const row = project(batch, i)
    for (let k = 0; k < keys.length; k += 1) if (row[k] === null) throw nullKey(batch, i, keys[k]?.name ?? '')
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

function projectParts(
  columns: readonly RecordColumn[],
  indexes: readonly number[],
  defaults: readonly unknown[],
): Projection {
  const origins = columns.map((column) => column.from)
  return (batch, i) => {
    const value = batch.value.values[i] as readonly unknown[] | null
    const key = (batch.key?.values[i] ?? null) as readonly unknown[] | null
    const row = defaults.slice()
    for (let c = 0; c < origins.length; c += 1) {
      const from = origins[c] ?? 'value'
      const index = indexes[c] ?? -1
      const part =
        from === 'value-field' ? value?.[index] : from === 'key-field' ? key?.[index] : partOf(batch, i, from)
      row[c] = part ?? row[c]
    }
    return row
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
      if (value === null) continue
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
