// The class that a value would have in Java: messages name it, as those of Kafka Connect do.
import { DATE, DECIMAL, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'

const CLASSES: Readonly<Record<Schema['type'], string>> = {
  int8: 'java.lang.Byte',
  int16: 'java.lang.Short',
  int32: 'java.lang.Integer',
  int64: 'java.lang.Long',
  float32: 'java.lang.Float',
  float64: 'java.lang.Double',
  boolean: 'java.lang.Boolean',
  string: 'java.lang.String',
  bytes: '[B',
  array: 'java.util.ArrayList',
  map: 'java.util.HashMap',
  struct: 'org.apache.kafka.connect.data.Struct',
}

export function javaClassOf(schema: Schema | null, value: unknown): string {
  if (value === null) return 'null'
  if (schema?.name === DECIMAL) return 'java.math.BigDecimal'
  if (schema?.name === DATE || schema?.name === TIME || schema?.name === TIMESTAMP) return 'java.util.Date'
  return CLASSES[schema === null ? typeOf(value) : schema.type]
}

/** The type of a value without a schema: whole numbers are 64-bit integers, all others doubles. */
export function typeOf(value: unknown): Schema['type'] {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'bigint') return 'int64'
  if (value instanceof Uint8Array) return 'bytes'
  return Array.isArray(value) ? 'array' : 'map'
}
