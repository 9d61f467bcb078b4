// Binds what `JSON.parse` gives, each value by what it is: for records without a schema, whose columns alone have types.
import { arrayOf, primitive } from '@rowbridge/api'
import { bindArray } from './bind-array.js'
import { unsupported, type BoundColumn } from './bind-errors.js'
import { anyJson, fitting } from './bind-json.js'
import type { Binder } from './bind-whole.js'
import { BOOLEAN, FLOAT64, INT64, STRING } from './types.js'

const TEXTS = arrayOf(primitive('string', { optional: true }), { optional: true })

/** `compile` makes the binder of a column for values of a schema. */
export function bindAny(column: BoundColumn, compile: (column: BoundColumn) => Binder): Binder {
  const { target } = column
  const json = fitting(column, anyJson)
  if (target.isJson === true) return json
  const whole = compile({ ...column, schema: INT64 })
  const float = compile({ ...column, schema: FLOAT64 })
  const boolean = compile({ ...column, schema: BOOLEAN })
  const text = compile({ ...column, schema: STRING })
  const list = target.isArray === true ? bindArray({ ...column, schema: TEXTS }) : null
  const takesJson = target.kind === 'text' || target.kind === 'other'
  return (value) => {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'number' && !Number.isInteger(value)) return float(value)
    if (typeof value === 'number' || typeof value === 'bigint') return whole(value)
    if (typeof value === 'boolean') return boolean(value)
    if (list !== null && Array.isArray(value)) return list(value.map(itemOf))
    if (!takesJson) throw unsupported(column)
    return json(value)
  }
}

/** An element of an array, as the text that the database reads it from. */
function itemOf(value: unknown): unknown {
  if (value === null || typeof value === 'string') return value
  return Array.isArray(value) ? value.map(itemOf) : anyJson(value)
}
