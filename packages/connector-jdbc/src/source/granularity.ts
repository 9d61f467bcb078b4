// timestamp.granularity: timestamps as numbers or text of their full precision, in place of Connect's milliseconds.
import { DataError, primitive, struct, TIMESTAMP, type Schema } from '@rowbridge/api'
import { zoneOf, type Instant, type Page } from '@rowbridge/sql'

/** Turns one instant into the value of a record. */
type Format = (instant: Instant) => string | number | bigint

export interface Granularity {
  readonly type: 'int64' | 'string'
  readonly format: Format
}

const MAX_LONG = 2n ** 63n - 1n
const NANOS = 1_000_000_000n

/** Null for `connect_logical`, which leaves timestamps as they are. `zone` is an IANA name. */
export function granularityOf(name: string, zone: string): Granularity | null {
  if (name === 'connect_logical') return null
  const digits = name.startsWith('micros') ? 6 : 9
  const unit = 10n ** BigInt(9 - digits)
  const epoch = (instant: Instant) => nanosOf(instant) / unit
  if (name.endsWith('_long')) return { type: 'int64', format: (instant) => longOf(epoch(instant)) }
  if (name.endsWith('iso_datetime_string')) return { type: 'string', format: compileIso(digits, zone) }
  return { type: 'string', format: (instant) => epoch(instant).toString() }
}

/** Nanoseconds since 1970; micros divide it without a rest, as databases keep no more. */
function nanosOf({ ms, nanos }: Instant): bigint {
  return BigInt(Math.floor(ms / 1000)) * NANOS + BigInt(nanos)
}

function longOf(value: bigint): number | bigint {
  if (value > MAX_LONG || value < -MAX_LONG - 1n) {
    throw new DataError(
      'timestamp-out-of-range',
      `A timestamp of ${value} units since 1970 does not fit into 64 bits.`,
      {
        hint: 'Set timestamp.granularity to micros_long or to a string.',
      },
    )
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function compileIso(digits: number, zone: string): Format {
  const wall = zoneOf(zone)
  return ({ ms, nanos }) => {
    const second = Math.floor(ms / 1000) * 1000
    const text = new Date(wall?.toWall(second) ?? second).toISOString().slice(0, -5)
    return `${text}.${String(nanos).padStart(9, '0').slice(0, digits)}`
  }
}

/** Names of the columns that a granularity changes. */
export function timestampNames(
  columns: readonly { readonly name: string; readonly schema: Schema | null }[],
): readonly string[] {
  return columns.filter((column) => column.schema?.name === TIMESTAMP).map((column) => column.name)
}

/** The page with its timestamps as the granularity has them; `names` tells what `page.instants` holds. The rows are changed in place. */
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
  for (const { name, index } of changed) {
    const instants = page.instants[names.indexOf(name)] ?? []
    page.rows.forEach((row, i) => {
      const instant = instants[i] ?? null
      row[index] = instant === null ? null : granularity.format(instant)
    })
  }
  return { ...page, schema }
}
