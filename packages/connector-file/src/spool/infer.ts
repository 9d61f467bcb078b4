// The type that all values of a field have: the narrowest that changes none of them, and text where there is no other.
import { arrayOf, date, primitive, struct, timestamp, type JsonNode, type Schema } from '@rowbridge/api'
import { BadValue, compileCell, type Cell, type TimeRules } from './cells.js'

const OPTIONAL = { optional: true }
const TEXT = primitive('string', OPTIONAL)
const BOOLEAN = primitive('boolean', OPTIONAL)
const INTEGER = primitive('int64', OPTIONAL)
const DOUBLE = primitive('float64', OPTIONAL)
const WHOLE = /^-?(?:0|[1-9]\d{0,18})$/
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
/** As many digits any double keeps. */
const MOST_DIGITS = 15

/** The narrowest type of the texts of one column. */
export class ColumnType {
  readonly #dates: readonly (readonly [Schema, Cell])[]
  #left: readonly Schema[] | null = null

  constructor(times: TimeRules) {
    this.#dates = [date(OPTIONAL), timestamp(OPTIONAL)].map((schema) => [schema, compileCell(schema, times)] as const)
  }

  add(text: string): void {
    if (text === '' || this.#left?.length === 0) return
    const fitting = [
      ...(text === 'true' || text === 'false' ? [BOOLEAN] : []),
      ...(isInteger(text) ? [INTEGER] : []),
      ...(isDouble(text) ? [DOUBLE] : []),
      ...this.#dates.filter(([, cell]) => /^\d{4}-/.test(text) && fits(cell, text)).map(([schema]) => schema),
    ].filter((schema) => schema !== this.#dates[0]?.[0] || text.length === 10)
    this.#left = this.#left === null ? fitting : this.#left.filter((schema) => fitting.includes(schema))
  }

  get schema(): Schema {
    return this.#left?.[0] ?? TEXT
  }
}

function isInteger(text: string): boolean {
  return WHOLE.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}

function isDouble(text: string): boolean {
  if (!NUMBER.test(text) || !Number.isFinite(Number(text))) return false
  const digits = text
    .replace(/[eE].*/, '')
    .replaceAll(/[^\d]/g, '')
    .replace(/^0+/, '')
  return digits.length <= MOST_DIGITS && (Number(text) !== 0 || !/[1-9]/.test(digits))
}

function fits(cell: Cell, text: string): boolean {
  try {
    cell(text)
    return true
  } catch (error) {
    if (error instanceof BadValue) return false
    throw error
  }
}

/** The shape of JSON values; null as long as none but null was there. */
export type Shape =
  | null
  | { readonly kind: 'boolean' | 'integer' | 'long' | 'double' | 'text' }
  | { readonly kind: 'array'; readonly item: Shape }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Shape> }

export function shapeOf(node: JsonNode): Shape {
  switch (node.kind) {
    case 'null':
      return null
    case 'boolean':
      return { kind: 'boolean' }
    case 'string':
      return { kind: 'text' }
    case 'number':
      return { kind: numberKind(node.text) }
    case 'array':
      return { kind: 'array', item: node.items.map(shapeOf).reduce(widerShape, null) }
    case 'object':
      return { kind: 'object', members: new Map(node.members.map(([name, value]) => [name, shapeOf(value)])) }
  }
}

/** A long is a whole number that a double does not keep. */
function numberKind(text: string): 'integer' | 'long' | 'double' | 'text' {
  if (isInteger(text)) return isDouble(text) ? 'integer' : 'long'
  return isDouble(text) ? 'double' : 'text'
}

/** The shape that holds both. */
export function widerShape(a: Shape, b: Shape): Shape {
  if (a === null || b === null) return a ?? b
  if (a.kind === 'object' && b.kind === 'object') {
    const members = new Map(a.members)
    for (const [name, shape] of b.members) members.set(name, widerShape(members.get(name) ?? null, shape))
    return { kind: 'object', members }
  }
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', item: widerShape(a.item, b.item) }
  if (a.kind === b.kind) return a
  const [first, second] = [a.kind, b.kind].toSorted()
  if (first === 'double' && second === 'integer') return { kind: 'double' }
  return first === 'integer' && second === 'long' ? { kind: 'long' } : { kind: 'text' }
}

export function schemaOfShape(shape: Shape): Schema {
  switch (shape?.kind) {
    case 'boolean':
      return BOOLEAN
    case 'integer':
    case 'long':
      return INTEGER
    case 'double':
      return DOUBLE
    case 'array':
      return arrayOf(schemaOfShape(shape.item), OPTIONAL)
    case 'object':
      return struct(
        [...shape.members].map(([name, member]) => ({ name, schema: schemaOfShape(member) })),
        OPTIONAL,
      )
    case 'text':
    case undefined:
      return TEXT
  }
}
