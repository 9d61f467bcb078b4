// Where each source goes on: from its stored offset, else from where the configuration has it begin.
import type { Json, SourceBatch, SourceTaskContext } from '@rowbridge/api'
import type { Database } from '@rowbridge/sql'
import type { SourceConfig } from './config.js'
import { beginningFor, positionAt, type Beginning, type Present } from './initial-offset.js'
import { FIRST_ID } from './modes/incrementing.js'
import type { Mode } from './modes/mode.js'
import { offsetOf, positionOf, type Position } from './offset.js'
import type { RowSource } from './row-source.js'

export interface Start {
  readonly source: RowSource
  /** Null: everything. */
  readonly position: Position | null
  /** Whether the position was the present one, so that it has to be kept before any row comes. */
  readonly isToBeKept: boolean
}

export interface StartOptions {
  readonly config: SourceConfig
  readonly mode: Mode
  readonly database: Database
  readonly offsets: SourceTaskContext['offsets']
}

export async function startsOf(sources: readonly RowSource[], options: StartOptions): Promise<readonly Start[]> {
  const partitions = sources.flatMap((source) => (source.cursor === null ? [] : source.partitions))
  const offsets = partitions.length === 0 ? [] : await options.offsets.read(partitions)
  const starts: Start[] = []
  let next = 0
  for (const source of sources) {
    const stored: Json | undefined =
      source.cursor === null
        ? undefined
        : (offsets.slice(next, next + source.partitions.length).find((offset) => offset !== null) ?? undefined)
    if (source.cursor !== null) next += source.partitions.length
    if (stored !== undefined) starts.push({ source, position: positionOf(stored), isToBeKept: false })
    else starts.push(await firstStart(source, options))
  }
  return starts
}

async function firstStart(source: RowSource, { config, mode, database }: StartOptions): Promise<Start> {
  const beginning = source.cursor === null ? null : beginningOf(source, config)
  if (beginning === null) return { source, position: null, isToBeKept: false }
  const present = presentOf(source, database)
  const position = await positionAt(beginning, { mode, table: source.name, present })
  return { source, position, isToBeKept: beginning === 'now' }
}

/** `timestamp.initial` is a time in every mode, and so without effect where no times are read; `incrementing.initial` is a number. */
function beginningOf({ name }: RowSource, config: SourceConfig): Beginning | null {
  const own = beginningFor(config['offset.initial'], name)
  if (own !== null) return own
  const { 'timestamp.initial': initial, 'incrementing.initial': after } = config
  if (config.mode === 'incrementing') return after === FIRST_ID ? null : { after }
  if (initial === null) return null
  return initial === -1 ? 'now' : { afterTime: initial }
}

function presentOf({ cursor, aggregate, select }: RowSource, database: Database): Present {
  return {
    now: () => database.now(),
    newestId: async () => {
      const newest = cursor?.newest ?? null
      if (newest === null) return null
      const text = aggregate?.(newest) ?? `SELECT ${newest} AS newest FROM (${select}) newest_rows`
      const page = await database.read({ text, parameters: [] }, { schemaName: null })
      const value = page.rows[0]?.[0] ?? null
      return value === null ? null : integerOf(value)
    },
  }
}

function integerOf(value: unknown): number | bigint {
  const exact = BigInt(typeof value === 'number' ? Math.trunc(value) : String(value))
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

/** A batch without rows that carries the position to where offsets are kept. */
export function batchToKeep({ source, position }: Start): SourceBatch {
  return {
    topic: source.topic,
    partition: null,
    length: 0,
    key: null,
    value: { schema: null, values: [] },
    timestamps: null,
    headers: null,
    sourcePartition: source.partition,
    sourceOffset: position === null ? null : offsetOf(position),
  }
}
