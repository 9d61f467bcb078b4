// What a column of a table can hold, as far as binding must know it. Made by `describe` of a dialect.
import type { Column } from './database.js'

export interface Target {
  readonly kind:
    | 'integer'
    | 'decimal'
    | 'float'
    | 'boolean'
    | 'text'
    | 'bytes'
    | 'date'
    | 'time'
    | 'timestamp'
    | 'year'
    | 'bits'
    /** Anything else: text is handed over and the database reads it. */
    | 'other'
  /** Bounds of an integer. */
  readonly min?: bigint
  readonly max?: bigint
  /** Digits of a decimal; absent: unbounded. A float of `precision` 24 is single. */
  readonly precision?: number
  readonly scale?: number
  /** True: the decimal is kept as a 64-bit integer or a double, and only what survives that may be written. */
  readonly isNumericAffinity?: boolean
  /** Most characters of a text, bytes of a byte string, bits of a bit string. */
  readonly length?: number
  /** Most bytes of a text. */
  readonly byteLength?: number
  /** Digits after the second; absent: as many as come. */
  readonly fraction?: number
  /** Whether the column keeps an instant, not a wall clock. */
  readonly isZoned?: boolean
  /** Which special floats the column takes; absent: all. */
  readonly specials?: 'infinity' | 'none'
  /** Whether the year before 1 is written as 0, not as `0001 BC`. */
  readonly hasYearZero?: boolean
  /** Words that the column takes beside its ordinary values: `NaN`, `infinity`, `0000-00-00`. */
  readonly specialWords?: RegExp
  /** Whether U+0000 cannot be in a text. */
  readonly refusesNul?: boolean
  /** The type's name as a cast needs it. */
  readonly cast?: string
  readonly isArray?: boolean
  /** Whether values come as an array of text and are cast one by one: an array of the type would come apart otherwise. */
  readonly isText?: boolean
  /** Whether the column holds JSON, so that a text in it has quotes. */
  readonly isJson?: boolean
  /** Whether bits are written as the digits 0 and 1, not as bytes. */
  readonly isBitText?: boolean
}

/** A column that `describe` made: it remembers what it can hold. */
export interface TargetColumn extends Column {
  readonly target: Target
}

const ANYTHING: Target = { kind: 'other' }

export function targetOf(column: Column | undefined): Target {
  return column !== undefined && 'target' in column ? (column as TargetColumn).target : ANYTHING
}
