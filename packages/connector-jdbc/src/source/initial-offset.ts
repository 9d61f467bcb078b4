// Where tables without a stored offset begin: `offset.initial`, for all tables or by table.
import { ConfigError } from '@rowbridge/api'
import type { Instant } from '@rowbridge/sql'
import type { Mode } from './modes/mode.js'
import { instantOf, START, type Position } from './offset.js'
import { patternOf, patternProblem, type Pattern } from './pattern.js'

/** A place to begin: everything, what comes from now on, or after a value of the cursor. */
export type Beginning = 'earliest' | 'now' | { readonly after: number | bigint } | { readonly afterTime: number }

interface Entry {
  /** Null: all tables. */
  readonly table: Pattern | null
  readonly beginning: Beginning
}

const HINT =
  'It is earliest, now, a whole number, or a time such as 2024-05-01T00:00:00Z; with table: before it for some tables.'

/** Says what is wrong with a list of beginnings, or null. */
export function checkBeginnings(list: string): string | null {
  for (const entry of list.split(',').map((part) => part.trim())) {
    const problem = entry === '' ? null : problemOf(entry)
    if (problem !== null) return `${entry}: ${problem}`
  }
  return null
}

function problemOf(entry: string): string | null {
  if (beginningOf(entry) !== null) return null
  const colon = entry.indexOf(':')
  if (colon < 0) return HINT
  if (beginningOf(entry.slice(colon + 1).trim()) === null) return HINT
  return patternProblem(entry.slice(0, colon).trim())
}

/** The beginning of a table, by its whole name without quotes: the first entry for it, else the one for all; null where none is given. */
export function beginningFor(list: readonly string[], table: string): Beginning | null {
  const entries = list.map(entryOf).filter((entry) => entry !== null)
  const own = entries.find((entry) => entry.table?.test(table) === true)
  return (own ?? entries.find((entry) => entry.table === null))?.beginning ?? null
}

function entryOf(entry: string): Entry | null {
  const whole = beginningOf(entry)
  if (whole !== null) return { table: null, beginning: whole }
  const colon = entry.indexOf(':')
  const beginning = beginningOf(entry.slice(colon + 1).trim())
  return beginning === null ? null : { table: patternOf(entry.slice(0, colon).trim()), beginning }
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

function beginningOf(text: string): Beginning | null {
  if (text === 'earliest' || text === 'now') return text
  if (/^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text)
    return { after: Number.isSafeInteger(Number(value)) ? Number(value) : value }
  }
  if (!TIME.test(text)) return null
  // A time without a zone is one of UTC, wherever the worker runs.
  const zoned = text.length === 10 || /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text.replace(' ', 'T')}Z`
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? null : { afterTime: ms }
}

/** What the database is asked for a beginning of `now`. */
export interface Present {
  now(): Promise<Instant>
  /** The greatest value of the growing column; null in an empty table. */
  newestId(): Promise<number | bigint | null>
}

/** The position to read on from; null: everything. */
export async function positionAt(
  beginning: Beginning,
  { mode, table, present }: { readonly mode: Mode; readonly table: string; readonly present: Present },
): Promise<Position | null> {
  if (beginning === 'earliest') return null
  if (mode.usesTimestamps) return { ...START, timestamp: await timeAt(beginning, present) }
  if (beginning === 'now') return { ...START, incrementing: (await present.newestId()) ?? -1 }
  if ('after' in beginning) return { ...START, incrementing: beginning.after }
  const message = `offset.initial gives a time for ${table}, which is read by a growing number.`
  throw new ConfigError('bad-initial-offset', [{ key: 'offset.initial', message }], {
    hint: 'Give the number after which to begin, now, or earliest.',
  })
}

async function timeAt(beginning: Exclude<Beginning, 'earliest'>, present: Present): Promise<Instant> {
  if (beginning === 'now') return present.now()
  return instantOf('after' in beginning ? Number(beginning.after) : beginning.afterTime)
}
