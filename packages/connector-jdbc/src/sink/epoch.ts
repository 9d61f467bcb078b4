// Numbers and texts that count micro- or nanoseconds since 1970, to be written as timestamps with all their digits.
import { timestamp, type Schema } from '@rowbridge/api'
import { TIMESTAMP_DIGITS, type Instant } from '@rowbridge/sql'

export type EpochUnit = 'micros' | 'nanos'

const PER_MS: Readonly<Record<EpochUnit, bigint>> = { micros: 1000n, nanos: 1_000_000n }

/** Null where the value is no whole number. */
export function instantSince(value: unknown, unit: EpochUnit): Instant | null {
  const text = typeof value === 'string' ? value.trim() : String(value)
  if (!/^[+-]?\d+$/.test(text)) return null
  const count = BigInt(text.replace(/^\+/, ''))
  const perMs = PER_MS[unit]
  const perSecond = perMs * 1000n
  const rest = ((count % perSecond) + perSecond) % perSecond
  const second = (count - rest) / perSecond
  return { ms: Number(second * 1000n + rest / perMs), nanos: Number((rest * 1_000_000n) / perMs) }
}

/** A timestamp in place of the number or text; its default becomes one too. */
export function epochSchema(schema: Schema, unit: EpochUnit): Schema {
  const initial = schema.default === undefined || schema.default === null ? null : instantSince(schema.default, unit)
  const parameters = { [TIMESTAMP_DIGITS]: unit === 'micros' ? '6' : '9' }
  return timestamp({ optional: schema.optional, parameters, ...(initial === null ? {} : { default: initial.ms }) })
}
