// What binders have in common: kinds of values by their schema, and values as integers.
import { plainDecimal, rescale } from './decimal.js'
import type { Parameter } from './dialect.js'
import { integerOf } from './types.js'

/** Makes a parameter of a value that is not null. Throws DataError. */
export type Binder = (value: unknown) => Parameter

export type SourceKind =
  | 'int'
  | 'float'
  | 'boolean'
  | 'text'
  | 'bytes'
  | 'decimal'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'array'

/** A value as an integer; null when it is none. */
export function wholeOf(kind: SourceKind, value: unknown): number | bigint | null {
  switch (kind) {
    case 'int':
      return value as number | bigint
    case 'boolean':
      return value === true ? 1 : 0
    case 'timestamp':
    case 'time':
      return typeof value === 'number' || typeof value === 'bigint' ? value : null
    case 'float':
      return Number.isInteger(value) ? integerOf(BigInt(value as number).toString()) : null
    case 'decimal':
    case 'text': {
      const plain = plainDecimal(value as string)
      const whole = plain === null ? null : rescale(plain, 0)
      return whole === null ? null : integerOf(whole)
    }
    case 'bytes':
    case 'date':
    case 'array':
      return null
  }
}
