// Looks at offsets that somebody wants to set by hand: one that cannot be read would start a table from its beginning.
import { shown, StateError, type Json } from '@rowbridge/api'

/** Throws StateError `bad-offsets`. Partitions that are none of ours are left alone: no task ever asks for them. */
export function checkOffset(partition: Json, offset: Json): void {
  if (!isOurs(partition) || offset === null) return
  const { incrementing, timestamp, timestamp_nanos: nanos, ...others } = membersOf(offset)
  for (const [name, value] of Object.entries({ incrementing, timestamp, timestamp_nanos: nanos })) {
    if (value !== undefined && !isWhole(value)) throw bad(partition, `${name} must be a whole number`)
  }
  if (nanos !== undefined && (Number(nanos) < 0 || Number(nanos) > 999_999_999)) {
    throw bad(partition, 'timestamp_nanos must be from 0 to 999999999')
  }
  if (incrementing === undefined && timestamp === undefined) {
    const found = Object.keys(others).join(', ')
    throw bad(partition, `an offset has incrementing, timestamp or both, not ${found === '' ? 'nothing' : found}`)
  }
}

function isOurs(partition: Json): boolean {
  const members = membersOf(partition)
  return 'table' in members || 'query' in members
}

function membersOf(value: Json): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {}
}

function isWhole(value: Json): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function bad(partition: Json, problem: string): StateError {
  return new StateError('bad-offsets', `The offset of ${shown(partition)} cannot be used: ${problem}`)
}
