// Source offsets: a fold over `["connector",{partition}]` → `{offset}`, the records of Connect's offset topic and file.
import { parseJson, stringifyJson, type Json } from '@rowbridge/api'
import { fold, type Fold, type LogRecord, type RecordLog } from '../log/record-log.js'

export interface StoredOffset {
  readonly connector: string
  readonly partition: Json
  readonly offset: Json
}

export interface OffsetStore {
  /** Resolves when what others wrote so far can be read. */
  refresh(): Promise<void>
  /** The offset of each partition in order; null where there is none. */
  read(connector: string, partitions: readonly Json[]): readonly (Json | null)[]
  /** Null removes. */
  write(connector: string, offsets: readonly (readonly [partition: Json, offset: Json | null])[]): Promise<void>
  all(connector: string): readonly StoredOffset[]
  close(): Promise<void>
}

/** By key exactly as it was written. */
export type OffsetState = Map<string, StoredOffset>

function applyOffset(state: OffsetState, key: string, value: Json | null): void {
  const parsed = parseKey(key)
  if (parsed === null) return
  if (value === null) state.delete(key)
  else state.set(key, { ...parsed, offset: value })
}

function parseKey(key: string): { connector: string; partition: Json } | null {
  let parsed: Json
  try {
    parsed = parseJson(key)
  } catch {
    return null
  }
  if (!Array.isArray(parsed) || parsed.length !== 2) return null
  const [connector, partition] = parsed as readonly Json[]
  return typeof connector === 'string' && partition !== undefined ? { connector, partition } : null
}

export async function openOffsetStore(log: RecordLog): Promise<OffsetStore> {
  const store = await fold<OffsetState>(log, new Map(), applyOffset)
  return {
    refresh: () => store.readToEnd(),
    read: (connector, partitions) => {
      const keys = keysOf(store, connector)
      return partitions.map((partition) => store.state.get(keyOf(keys, connector, partition))?.offset ?? null)
    },
    write: (connector, offsets) => {
      const keys = keysOf(store, connector)
      return store.append(offsets.map(([partition, offset]): LogRecord => [keyOf(keys, connector, partition), offset]))
    },
    all: (connector) => [...store.state.values()].filter((stored) => stored.connector === connector),
    close: () => store.close(),
  }
}

/** Keys as written, by their canonical form. */
function keysOf(store: Fold<OffsetState>, connector: string): Map<string, string> {
  const keys = new Map<string, string>()
  for (const [key, stored] of store.state) {
    if (stored.connector === connector) keys.set(canonical(stored.partition), key)
  }
  return keys
}

/**
 * The key under which a partition is or will be stored. Other writers order the members of a partition as their hash map
 * does; we keep their key, so that one partition never has two offsets.
 */
function keyOf(keys: ReadonlyMap<string, string>, connector: string, partition: Json): string {
  return keys.get(canonical(partition)) ?? stringifyJson([connector, partition])
}

/** JSON text with members sorted by name. */
function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return stringifyJson(value)
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonical(item)).join(',')}]`
  const members = Object.entries(value as { readonly [key: string]: Json }).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}
