// One value as one of another type, compiled for the type it has.
import {
  compileValueText,
  DataError,
  DATE,
  DECIMAL,
  instantOf,
  scaleOf,
  shown,
  bigDecimalText,
  unscaledOf,
  type Schema,
} from '@rowbridge/api'
import { javaClassOf, typeOf } from './java-class.js'
import { compileNarrowing, parseNumber, type NumberType } from './numbers.js'

export type CastType = NumberType | 'boolean' | 'string'
type Convert = (value: unknown) => unknown

const MILLIS_OF_DAY = 86_400_000
const SUPPORTED = 'INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES'

/** Why nothing of this schema can be cast; null where it can. */
export function inputProblem({ type }: Pick<Schema, 'type'>): string | null {
  if (type !== 'array' && type !== 'map' && type !== 'struct') return null
  return `Cast transformation does not support casting from ${type.toUpperCase()}; supported types are [${SUPPORTED}]`
}

/** The function from a value that is not null, of a schema or of none, to one of the type. */
export function compileCast(schema: Schema | null, type: CastType): Convert {
  if (schema === null) return byItsType(type)
  const problem = inputProblem(schema)
  if (problem !== null) return () => refuse(problem)
  if (schema.type === 'bytes' && schema.name !== DECIMAL)
    return type === 'string' ? base64 : () => unexpected(schema, type)
  if (type === 'string') return textOf(schema)
  if (type === 'boolean') return booleanOf(schema)
  return numberOf(schema, type)
}

/** Without a schema each value says what it is. */
function byItsType(type: CastType): Convert {
  const compiled = new Map<Schema['type'], Convert>()
  return (value) => {
    const from = typeOf(value)
    let convert = compiled.get(from)
    if (convert === undefined) compiled.set(from, (convert = compileCast(bare(from), type)))
    return convert(value)
  }
}

function bare(type: Schema['type']): Schema {
  const nothing = { optional: false, name: null, version: null, doc: null, parameters: null, default: undefined }
  return { ...nothing, type, fields: [], keySchema: null, valueSchema: null }
}

function refuse(problem: string): never {
  throw new DataError('cannot-cast', problem, { hint: 'Take the field out of spec.' })
}

function unexpected(schema: Schema, type: CastType): never {
  const text = `Unexpected type in Cast transformation: class ${javaClassOf(schema, 0)}`
  throw new DataError('cannot-cast', text, {
    hint: `Such a value does not become ${type}; take the field out of spec.`,
  })
}

function base64(value: unknown): string {
  const bytes = value as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

function textOf(schema: Schema): Convert {
  if (schema.type === 'boolean' || schema.type === 'string') return String
  if (schema.type === 'int32' && schema.name === DATE) return (value) => instantOf(Number(value) * MILLIS_OF_DAY)
  if (schema.type === 'bytes') {
    const scale = scaleOf(schema) ?? 0
    return (value) => {
      const unscaled = unscaledOf(String(value), scale)
      return typeof unscaled === 'bigint' ? bigDecimalText(unscaled, scale) : String(value)
    }
  }
  return compileValueText(schema)
}

function booleanOf({ type }: Schema): Convert {
  if (type === 'boolean') return (value) => value
  if (type === 'string') return (value) => String(value).toLowerCase() === 'true'
  return (value) => (typeof value === 'bigint' ? value !== 0n : Math.trunc(Number(value)) !== 0)
}

function numberOf(schema: Schema, type: NumberType): Convert {
  if (schema.type === 'boolean') return (value) => (value === true ? 1 : 0)
  if (schema.type === 'string') return (value) => parseNumber(type, String(value)) ?? outOfRange(value)
  if (schema.type === 'bytes') return compileNarrowing('decimal', type)
  if (schema.type === 'float32' || schema.type === 'float64') return compileNarrowing('floating', type)
  return compileNarrowing('integer', type)
}

function outOfRange(value: unknown): never {
  const text = `Value (${shown(value).replaceAll(/^"|"$/g, '')}) was out of range for requested data type`
  throw new DataError('value-out-of-range', text, { hint: 'Cast to a wider type, or mend the text at its source.' })
}
