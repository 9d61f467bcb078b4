// Names for the column types of the protocol and of the catalogue, so that both find the same entry in the table of types.
import type { RawColumn } from '../../dialect.js'

/** A column of a result set as the protocol describes it. */
export interface Field {
  readonly name: string
  /** https://mariadb.com/kb/en/result-set-packets/#field-types */
  readonly type: number
  readonly flags: number
  readonly length: number
  readonly decimals: number
  /** 63: no characters but bytes. */
  readonly charset: number
}

const NOT_NULL = 1
const PRIMARY_KEY = 2
const UNSIGNED = 32
const AUTO_INCREMENT = 512
const BYTES_CHARSET = 63

const WORDS: Readonly<Record<number, string>> = {
  0: 'decimal',
  1: 'tinyint',
  2: 'smallint',
  3: 'int',
  4: 'float',
  5: 'double',
  7: 'timestamp',
  8: 'bigint',
  9: 'mediumint',
  10: 'date',
  11: 'time',
  12: 'datetime',
  13: 'year',
  14: 'date',
  16: 'bit',
  245: 'json',
  246: 'decimal',
  255: 'geometry',
}

const UNSIGNABLE = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'])
const POINTS_IN_TIME = new Set(['date', 'datetime', 'timestamp'])

const FRACTIONED = new Set(['time', 'datetime', 'timestamp'])

export const GEOMETRY = 255
/** The server writes such a number with six digits as text; in the protocol of prepared statements it is whole. */
export const FLOAT = 4

export interface FieldOptions {
  /** Whether zero dates become null, so that any date may be. */
  readonly nullsZeroDates: boolean
}

export function columnOf(field: Field, options: FieldOptions): RawColumn {
  const isUnsigned = (field.flags & UNSIGNED) !== 0
  const word = WORDS[field.type] ?? (field.charset === BYTES_CHARSET ? 'bytes' : 'text')
  const type = typeKey(word, isUnsigned, field.length)
  const precision = word === 'decimal' ? field.length - (field.decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1) : null
  return {
    name: field.name,
    type,
    typeName: sized(type, precision, field.decimals),
    precision,
    scale: word === 'decimal' ? field.decimals : null,
    isNullable: (field.flags & NOT_NULL) === 0 || (options.nullsZeroDates && POINTS_IN_TIME.has(word)),
    isPrimaryKey: (field.flags & PRIMARY_KEY) !== 0,
    isAutoIncrement: (field.flags & AUTO_INCREMENT) !== 0,
  }
}

/** The type with its size, as a declaration would have it. */
function sized(type: string, precision: number | null, decimals: number): string {
  if (precision !== null) return `decimal(${precision},${decimals})`
  return FRACTIONED.has(type) && decimals > 0 && decimals <= 6 ? `${type}(${decimals})` : type
}

/** Gives times the digits that their columns have, as text has them: the drivers leave zeros out of prepared results. */
export function padFractions(columns: readonly RawColumn[], rows: readonly unknown[][]): void {
  columns.forEach(({ typeName }, c) => {
    const digits = Number(/^(?:time|datetime|timestamp)\(([1-6])\)$/.exec(typeName)?.[1] ?? 0)
    if (digits === 0) return
    for (const row of rows) {
      const text = row[c]
      if (typeof text !== 'string') continue
      const point = text.indexOf('.')
      row[c] =
        point < 0 ? `${text}.${'0'.repeat(digits)}` : text.slice(0, point + 1 + digits).padEnd(point + 1 + digits, '0')
    }
  })
}

/** Key into the table of types. `length` is the width of an integer, the number of bits. */
export function typeKey(word: string, isUnsigned: boolean, length: number): string {
  if (word === 'tinyint' && length === 1 && !isUnsigned) return 'tinyint(1)'
  if (word === 'bit') return length === 1 ? 'bit(1)' : length <= 8 ? 'bit(8)' : 'bit'
  return isUnsigned && UNSIGNABLE.has(word) ? `${word} unsigned` : word
}
