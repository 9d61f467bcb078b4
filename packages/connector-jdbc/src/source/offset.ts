// Source partitions and source offsets, member for member as Kafka Connect's JDBC source stores them: the text of a partition is the
// key by which an offset is found again.
import type { Json } from '@rowbridge/api'
import type { Instant, TableId } from '@rowbridge/sql'
import { fullName } from './table-filter.js'

/** How far a table is read: the cursor values of the last row. */
export interface Position {
  readonly timestamp: Instant | null
  readonly incrementing: number | bigint | null
}

export const START: Position = { timestamp: null, incrementing: null }

export const QUERY_PARTITION: Json = { query: 'query' }

/** Partition under which the offset of a table is written. */
export function tablePartition(id: TableId): Json {
  return { protocol: '1', table: fullName(id) }
}

/** Partition without a protocol: written in bulk mode, and read where no other offset is found. */
export function plainPartition(id: TableId): Json {
  return { table: id.table }
}

/** Partition of one who left the schema out of names. */
export function unqualifiedPartition(id: TableId): Json {
  return { protocol: '1', table: id.table }
}

export function offsetOf({ timestamp, incrementing }: Position): Json {
  return {
    ...(timestamp === null ? {} : { timestamp_nanos: timestamp.nanos }),
    ...(incrementing === null ? {} : { incrementing }),
    ...(timestamp === null ? {} : { timestamp: timestamp.ms }),
  }
}

/** The position an offset tells; what it does not tell is null. */
export function positionOf(offset: Json): Position {
  const members = typeof offset === 'object' && offset !== null && !Array.isArray(offset) ? offset : {}
  const { timestamp, timestamp_nanos: nanos, incrementing } = members as { readonly [key: string]: Json }
  return {
    timestamp: isInteger(timestamp) ? instantOf(Number(timestamp), isInteger(nanos) ? Number(nanos) : null) : null,
    incrementing: isInteger(incrementing) ? incrementing : null,
  }
}

function isInteger(value: Json | undefined): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value)
}

/** An instant from milliseconds; without nanoseconds the fraction is that of the milliseconds. */
export function instantOf(ms: number, nanos: number | null = null): Instant {
  return { ms, nanos: nanos ?? (((ms % 1000) + 1000) % 1000) * 1_000_000 }
}

function isSameInstant(a: Instant | null, b: Instant | null): boolean {
  return a === null || b === null ? a === b : a.ms === b.ms && a.nanos === b.nanos
}

export function isSamePosition(a: Position, b: Position): boolean {
  return a.incrementing === b.incrementing && isSameInstant(a.timestamp, b.timestamp)
}
