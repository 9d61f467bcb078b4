// Reads parsed payloads as values of a schema: structs become rows. What Java would wrap, cut or replace without a word
// is an error here.
import { DATE, DECIMAL, scaleOf, shown, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { decimalOfLiteral, decimalText, ofTwosComplement } from '@rowbridge/api'
import { bytesOf, smallNumberOf } from './base64.js'
import type { JsonConfig } from './config.js'
import { NumberLiteral } from './exact-parse.js'
import { hasDefault } from './schema-text.js'
import { INTEGER_BITS, kindOf, MOST_FLOAT, MOST_MILLIS_OF_DAY, nullProblem, problem } from './value-problem.js'

/** What a reader needs to know of the message at hand, and tells about it. */
export interface Reading {
  readonly topic: string
  index: number
  reader: Reader
  /** The payload's JSON. */
  text: string
  /** Set when the payload has a number that JSON.parse may have changed and the value depends on it. */
  isInexact: boolean
  /** Whether the payload comes from `parseExactly`. */
  isExact: boolean
}

/** How payloads of one schema are read; null: without a schema. */
export interface Reader {
  readonly schema: Schema | null
  readonly read: Read
}

/** Where this is not found, every number has at most 15 digits, which a float64 tells apart. */
const LONG_NUMBER = /[\d.]{16}|[eE][+-]?\d{3}/

export type Read = (json: unknown) => unknown

interface Target {
  readonly schema: Schema
  readonly path: string
  readonly config: JsonConfig
  readonly reading: Reading
}

/** The function from a parsed payload to a value. Reads what JSON.parse gives, and what `parseExactly` gives. */
export function compileReader(schema: Schema, config: JsonConfig, reading: Reading): Read {
  return compile({ schema, config, reading, path: '' })
}

function compile(target: Target): Read {
  switch (target.schema.type) {
    case 'boolean':
      return simple(target, 'boolean')
    case 'string':
      return simple(target, 'string')
    case 'int8':
    case 'int16':
    case 'int32':
      return integer(target)
    case 'int64':
      return long(target)
    case 'float32':
    case 'float64':
      return floating(target)
    case 'bytes':
      return target.schema.name === DECIMAL ? decimal(target) : bytes(target)
    case 'array':
      return array(target)
    case 'map':
      return target.schema.keySchema?.type === 'string' ? objectMap(target) : pairMap(target)
    case 'struct':
      return row(target)
  }
}

/** The value where there is none. */
function absent({ schema, config, reading, path }: Target): unknown {
  if (hasDefault(schema) && config['replace.null.with.default']) return schema.default
  if (schema.optional) return null
  throw nullProblem(schema, { topic: reading.topic, index: reading.index, path })
}

function fail(target: Target, code: string, text: string, hint = 'Correct the producer of the message.'): never {
  const { reading, path } = target
  throw problem(code, { topic: reading.topic, index: reading.index, path }, text, hint)
}

/** A value of another JSON type, unless it is null. */
function other(target: Target, json: unknown): unknown {
  if (json === null || json === undefined) return absent(target)
  return fail(target, 'wrong-type', wrongType(target.schema, json))
}

function wrongType(schema: Schema, json: unknown): string {
  const found = json instanceof NumberLiteral ? json.text : shown(json)
  const type = jsonType(json)
  if (schema.type === 'int32' && (schema.name === DATE || schema.name === TIME)) {
    return `Invalid type for ${kindOf(schema)}, underlying representation should be integer but was ${type} ${found}`
  }
  if (schema.type === 'int64' && schema.name === TIMESTAMP) {
    return `Invalid type for Timestamp, underlying representation should be integral but was ${type} ${found}`
  }
  if (schema.type === 'struct') return `Structs should be encoded as JSON objects, but found ${type} ${found}`
  if (schema.type === 'map' && schema.keySchema?.type === 'string') {
    return `Maps with string fields should be encoded as JSON objects, but found ${type} ${found}`
  }
  if (schema.type === 'map') {
    return `Maps with non-string fields should be encoded as JSON array of tuples, but found ${type} ${found}`
  }
  return `Invalid type for ${kindOf(schema)}: ${type} ${found}`
}

function jsonType(json: unknown): string {
  if (json instanceof NumberLiteral || typeof json === 'bigint') return 'NUMBER'
  return Array.isArray(json) ? 'ARRAY' : (typeof json).toUpperCase()
}

function simple(target: Target, type: 'boolean' | 'string'): Read {
  return (json) => (typeof json === type ? json : other(target, json))
}

function integer(target: Target): Read {
  const { schema } = target
  const bits = INTEGER_BITS[schema.type] ?? 32
  const isTime = schema.type === 'int32' && schema.name === TIME
  const least = isTime ? 0 : -(2 ** (bits - 1))
  const most = isTime ? MOST_MILLIS_OF_DAY : 2 ** (bits - 1) - 1
  return (json) => {
    const value = json instanceof NumberLiteral ? Number(json.text) : json
    if (typeof value === 'number' && Number.isInteger(value)) {
      if (value >= least && value <= most) return value
      return outOfRange(target, value)
    }
    return typeof value === 'bigint' ? outOfRange(target, value) : other(target, json)
  }
}

function outOfRange(target: Target, json: unknown): never {
  const text =
    target.schema.name === TIME
      ? `Time values must use number of milliseconds greater than 0 and less than 86400000: ${shown(json)}`
      : `${shown(json)} does not fit ${kindOf(target.schema)}`
  return fail(target, 'value-out-of-range', text, 'Widen the type of the field in the producer.')
}

function long(target: Target): Read {
  const { reading } = target
  return (json) => {
    if (typeof json === 'number') {
      if (Number.isSafeInteger(json)) return json
      if (!Number.isInteger(json) && Number.isFinite(json)) return other(target, json)
      reading.isInexact = true
      return 0
    }
    if (typeof json === 'bigint') return BigInt.asIntN(64, json) === json ? json : outOfRange(target, json)
    return json instanceof NumberLiteral ? longOfLiteral(target, json) : other(target, json)
  }
}

/** A whole number written with a fraction or an exponent, such as `1e18`. */
function longOfLiteral(target: Target, literal: NumberLiteral): unknown {
  const text = decimalOfLiteral(literal.text, 0)
  if (text === null) return other(target, literal)
  const value = BigInt(text)
  if (BigInt.asIntN(64, value) !== value) return outOfRange(target, value)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

const NO_NUMBERS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

function floating(target: Target): Read {
  const most = target.schema.type === 'float32' ? MOST_FLOAT : Infinity
  return (json) => {
    const value = typeof json === 'bigint' ? Number(json) : json instanceof NumberLiteral ? Number(json.text) : json
    if (typeof value === 'number') return value < most && value > -most ? value : outOfRange(target, json)
    const noNumber = typeof json === 'string' && Object.hasOwn(NO_NUMBERS, json) ? NO_NUMBERS[json] : undefined
    return noNumber ?? other(target, json)
  }
}

function bytes(target: Target): Read {
  return (json) => {
    if (typeof json !== 'string') return other(target, json)
    return (
      bytesOf(json) ?? fail(target, 'invalid-base64', `Invalid bytes field: ${shown(json)}`, 'Write bytes as base64.')
    )
  }
}

function decimal(target: Target): Read {
  const scale = scaleOf(target.schema)
  const { reading } = target
  return (json) => {
    if (json === null || json === undefined) return absent(target)
    if (scale === null)
      return fail(target, 'invalid-schema', 'Invalid bytes for Decimal field: its schema has no scale')
    if (typeof json === 'string') {
      const unscaled = smallNumberOf(json) ?? unscaledOfBase64(json)
      if (unscaled !== null) return decimalText(unscaled, scale)
      return fail(target, 'invalid-base64', `Invalid bytes for Decimal field: ${shown(json)}`)
    }
    if (typeof json === 'number' && !reading.isExact && (!Number.isFinite(json) || LONG_NUMBER.test(reading.text))) {
      reading.isInexact = true
      return ''
    }
    return decimalOfNumber(target, json, scale)
  }
}

function unscaledOfBase64(text: string): bigint | null {
  const raw = bytesOf(text)
  return raw === null ? null : ofTwosComplement(raw)
}

function decimalOfNumber(target: Target, json: unknown, scale: number): unknown {
  const isNumber = typeof json === 'number' || typeof json === 'bigint'
  const literal = json instanceof NumberLiteral ? json.text : isNumber ? String(json) : null
  if (literal === null) return other(target, json)
  const text = decimalOfLiteral(literal, scale)
  if (text !== null) return text
  return fail(
    target,
    'decimal-scale',
    `${literal} has more digits after the point than the scale ${scale} of its schema`,
  )
}

function array(target: Target): Read {
  const read = part(target, target.schema.valueSchema, '[]')
  return (json) => (Array.isArray(json) ? json.map(read) : other(target, json))
}

function part(target: Target, schema: Schema | null, step: string): Read {
  return schema === null ? (json) => json : compile({ ...target, schema, path: `${target.path}${step}` })
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof NumberLiteral)
}

function objectMap(target: Target): Read {
  const read = part(target, target.schema.valueSchema, '{}')
  return (json) =>
    isObject(json) ? new Map(Object.entries(json).map(([key, value]) => [key, read(value)])) : other(target, json)
}

function pairMap(target: Target): Read {
  const readKey = part(target, target.schema.keySchema, '{key}')
  const readItem = part(target, target.schema.valueSchema, '{}')
  const entry = (pair: unknown): [unknown, unknown] => {
    if (!Array.isArray(pair))
      return fail(target, 'wrong-type', `Found invalid map entry instead of array tuple: ${jsonType(pair)}`)
    if (pair.length !== 2) {
      return fail(target, 'wrong-type', `Found invalid map entry, expected length 2 but found :${pair.length}`)
    }
    return [readKey(pair[0]), readItem(pair[1])]
  }
  return (json) => (Array.isArray(json) ? new Map(json.map(entry)) : other(target, json))
}

/** A struct. Members mostly come in the order of the fields; then their values are the row. */
function row(target: Target): Read {
  const { fields } = target.schema
  const names = fields.map((field) => field.name)
  const path = target.path === '' ? '' : `${target.path}.`
  const reads = fields.map(({ name, schema }) => compile({ ...target, schema, path: `${path}${name}` }))
  const count = names.length
  return (json) => {
    if (!isObject(json)) return other(target, json)
    const values = isInOrder(Object.keys(json), names) ? Object.values(json) : names.map((name) => member(json, name))
    for (let i = 0; i < count; i++) values[i] = reads[i]?.(values[i])
    return values
  }
}

function isInOrder(found: readonly string[], names: readonly string[]): boolean {
  if (found.length !== names.length) return false
  for (let i = 0; i < names.length; i++) if (found[i] !== names[i]) return false
  return true
}

function member(json: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(json, name) ? json[name] : null
}
