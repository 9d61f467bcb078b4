// timestamp.granularity: timestamps as numbers or text of their full precision, in place of Connect's milliseconds.
import { decimal, primitive, struct, TIMESTAMP, type Schema } from '@rowbridge/api'
import {
  formatWall,
  INFINITE,
  legacyMs,
  MINUS_INFINITE,
  zoneOf,
  type Instant,
  type Misfitting,
  type Page,
} from '@rowbridge/sql'

/** Turns one instant into the value of a record. */
type Format = (instant: Instant) => string | number | bigint

export interface Granularity {
  readonly type: 'int64' | 'string'
  /** A bigint may be beyond what an int64 holds. */
  readonly format: Format
}

const MAX_LONG = 2n ** 63n - 1n
const NANOS = 1_000_000_000n

/** Null for `connect_logical`, which leaves timestamps as they are. `zone` is an IANA name. */
export function granularityOf(name: string, zone: string, calendar: 'legacy' | 'proleptic'): Granularity | null {
  if (name === 'connect_logical') return null
  const digits = name.startsWith('micros') ? 6 : 9
  if (name.endsWith('iso_datetime_string')) return { type: 'string', format: compileIso(digits, zone) }
  const unit = 10n ** BigInt(9 - digits)
  const toWall = compileWall(zone, calendar)
  const epoch = (instant: Instant) => nanosOf(toWall(instant)) / unit
  if (name.endsWith('_long')) return { type: 'int64', format: (instant) => narrow(epoch(instant)) }
  return { type: 'string', format: (instant) => epoch(instant).toString() }
}

/** The instant as it is counted: before 1582-10-15 by the days of the calendar that the wall clock's date has. */
function compileWall(zone: string, calendar: 'legacy' | 'proleptic'): (instant: Instant) => Instant {
  if (calendar === 'proleptic') return (instant) => instant
  const wall = zoneOf(zone)
  return ({ ms, nanos }) => {
    const clock = wall?.toWall(ms) ?? ms
    const moved = legacyMs(clock)
    return { ms: moved === clock ? ms : (wall?.toUtc(moved) ?? moved), nanos }
  }
}

/** Nanoseconds since 1970; micros divide it without a rest, as databases keep no more. */
function nanosOf({ ms, nanos }: Instant): bigint {
  return BigInt(Math.floor(ms / 1000)) * NANOS + BigInt(nanos)
}

function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function compileIso(digits: number, zone: string): Format {
  const wall = zoneOf(zone)
  return ({ ms, nanos }) => formatWall(wall?.toWall(ms) ?? ms, nanos, digits).replace(' ', 'T')
}

/** Names of the columns that a granularity changes. */
export function timestampNames(
  columns: readonly { readonly name: string; readonly schema: Schema | null }[],
): readonly string[] {
  return columns.filter((column) => column.schema?.name === TIMESTAMP).map((column) => column.name)
}

/** The page with its timestamps as the granularity has them; `names` tells what `page.moments` holds. The rows are changed in place. */
export function withGranularity(page: Page, granularity: Granularity, names: readonly string[]): Page {
  const changed = page.schema.fields.filter((field) => field.schema.name === TIMESTAMP)
  if (changed.length === 0) return page
  const schema = struct(
    page.schema.fields.map(({ name, schema: own }) => ({
      name,
      schema: own.name === TIMESTAMP ? primitive(granularity.type, { optional: own.optional }) : own,
    })),
    { name: page.schema.name, optional: page.schema.optional },
  )
  const misfits = new Map(page.misfits)
  for (const { name, index } of changed) {
    const instants = page.moments[names.indexOf(name)] ?? []
    for (let r = 0; r < page.rows.length; r += 1) {
      const row = page.rows[r] ?? []
      const value = valueOf(row[index], instants[r] ?? null, granularity)
      row[index] = value
      const misfit = misfitOf(value, granularity)
      if (misfit === null) continue
      const message = `${name}: ${String(value)} does not fit a 64-bit integer; such values go as ${misfit.name === null ? 'string' : 'Decimal'}`
      misfits.set(r, [...(misfits.get(r) ?? []), { field: index, schema: misfit, message } satisfies Misfitting])
      row[index] = String(value)
    }
  }
  return { ...page, schema, misfits: misfits.size === 0 ? null : misfits }
}

/** What is no instant stays as it is: null, a value that did not fit, the infinite times in words. */
function valueOf(value: unknown, instant: Instant | null, { format }: Granularity): unknown {
  if (value === INFINITE) return 'infinity'
  if (value === MINUS_INFINITE) return '-infinity'
  return instant === null ? value : format(instant)
}

const DIGITS = decimal(0)

/** What carries a value that is not of the granularity's type. */
function misfitOf(value: unknown, { type }: Granularity): Schema | null {
  if (type === 'string') return null
  if (typeof value === 'string') return primitive('string')
  return typeof value === 'bigint' && (value > MAX_LONG || value < -MAX_LONG - 1n) ? DIGITS : null
}
