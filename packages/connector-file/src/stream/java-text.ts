// Values as text in the way that Java prints the objects of Connect, which is what Kafka's file sink writes.
import { DATE, DECIMAL, instantOf, TIME, TIMESTAMP, javaDouble, javaFloat, type Schema } from '@rowbridge/api'

const MILLIS_OF_DAY = 86_400_000

/** `Struct{a=1,b=x}`, `[1, 2]`, `{a=1, b=2}`, `null`, `1.0`. Bytes are base64; dates and times ISO 8601, in UTC. */
export function compileJavaText(schema: Schema | null): (value: unknown) => string {
  const textOf = schema === null ? plain : compile(schema)
  return (value) => (value === null || value === undefined ? 'null' : textOf(value))
}

function compile(schema: Schema): (value: unknown) => string {
  if (schema.name === DECIMAL) return String
  if (schema.name === DATE) return (value) => instantOf(Number(value) * MILLIS_OF_DAY)
  if (schema.name === TIME || schema.name === TIMESTAMP) return (value) => instantOf(Number(value))
  switch (schema.type) {
    case 'struct':
      return compileStruct(schema)
    case 'array': {
      const item = compileJavaText(schema.valueSchema)
      return (value) => `[${(value as readonly unknown[]).map(item).join(', ')}]`
    }
    case 'map': {
      const [key, item] = [compileJavaText(schema.keySchema), compileJavaText(schema.valueSchema)]
      return (value) => entriesText([...(value as ReadonlyMap<unknown, unknown>)], key, item)
    }
    case 'float32':
      return (value) => javaFloat(Number(value))
    case 'float64':
      return (value) => javaDouble(Number(value))
    case 'bytes':
      return plain
    case 'boolean':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'string':
      return String
  }
}

/** Fields without a value are left out. */
function compileStruct(schema: Schema): (value: unknown) => string {
  const texts = schema.fields.map((field) => compileJavaText(field.schema))
  return (value) => {
    const row = value as readonly unknown[]
    const members = schema.fields.flatMap(({ name, index }) =>
      row[index] === null || row[index] === undefined ? [] : [`${name}=${texts[index]?.(row[index]) ?? ''}`],
    )
    return `Struct{${members.join(',')}}`
  }
}

function entriesText(
  entries: readonly (readonly [unknown, unknown])[],
  key: (value: unknown) => string,
  item: (value: unknown) => string,
): string {
  return `{${entries.map(([name, value]) => `${key(name)}=${item(value)}`).join(', ')}}`
}

/** A value without a schema is what it is in JavaScript. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  if (value instanceof Map) return entriesText([...value], plain, plain)
  if (typeof value === 'object') return entriesText(Object.entries(value), plain, plain)
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return javaDouble(value)
  return typeof value === 'string' ? value : (value as number | boolean | bigint).toString()
}
