// Values without a schema: written as JSON by what they are in JavaScript, read as JSON.parse reads them, whole numbers
// beyond the safe integers as bigint.
import { byteColumn, shown, type Encoder } from '@rowbridge/api'
import { javaDouble } from '@rowbridge/api'
import type { JsonConfig } from './config.js'
import { NumberLiteral } from './exact-parse.js'
import type { Reading } from './payload-reader.js'
import { quoted } from './schema-text.js'
import { problem, type Place } from './value-problem.js'

/** Null is written as no bytes: a tombstone. */
export function schemalessEncoder(topic: string, config: JsonConfig): Encoder {
  const [head, tail] = config['schemas.enable'] ? ['{"schema":null,"payload":', '}'] : ['', '']
  return {
    encode: (values) =>
      byteColumn(
        values.map((value, index) =>
          value === null ? null : Buffer.from(`${head}${textOf(value, { topic, index, path: '' })}${tail}`),
        ),
      ),
  }
}

function textOf(value: unknown, place: Place): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'object') return objectText(value, place)
  throw problem('wrong-type', place, `Invalid type: ${typeof value} ${shown(value)}`, 'Give a value that JSON has.')
}

function numberText(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value.toString()
  const text = javaDouble(value)
  return Number.isFinite(value) ? text : `"${text}"`
}

function objectText(value: object, place: Place): string {
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown, i) => textOf(item, inside(place, `[${i}]`))).join(',')}]`
  }
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value)
  if (entries.every(([key]) => typeof key === 'string')) {
    const members = entries.map(
      ([key, item]) => `${quoted(String(key))}:${textOf(item, inside(place, `.${String(key)}`))}`,
    )
    return `{${members.join(',')}}`
  }
  const pairs = entries.map(([key, item]) => `[${textOf(key, place)},${textOf(item, place)}]`)
  return `[${pairs.join(',')}]`
}

function inside(place: Place, step: string): Place {
  const path = `${place.path}${step}`
  return { ...place, path: path.startsWith('.') ? path.slice(1) : path }
}

/** A parsed payload as it is, once every number in it is what the text says. */
export function readSchemaless(json: unknown, reading: Reading): unknown {
  if (reading.isExact) return rounded(json, reading)
  if (isInexact(json)) reading.isInexact = true
  return json
}

/** Whether a value holds a number that JSON.parse may have changed. */
function isInexact(json: unknown): boolean {
  if (typeof json === 'number') return !Number.isFinite(json) || (Number.isInteger(json) && !Number.isSafeInteger(json))
  if (typeof json !== 'object' || json === null) return false
  return Object.values(json).some(isInexact)
}

/** What `parseExactly` gave, fractions and exponents as float64. */
function rounded(json: unknown, reading: Reading): unknown {
  if (json instanceof NumberLiteral) {
    const number = Number(json.text)
    if (Number.isFinite(number)) return number
    const place = { topic: reading.topic, index: reading.index, path: '' }
    throw problem('value-out-of-range', place, `${json.text} does not fit a float64`, 'Write such numbers as text.')
  }
  if (Array.isArray(json)) return json.map((item) => rounded(item, reading))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, rounded(item, reading)]))
}
