// What a kind of file is to those who read one: how its records are found, and how they become rows of a schema.
import { primitive, struct, type Schema } from '@rowbridge/api'
import type { SpoolConfig } from './config.js'
import { LineError, type Found, type RecordParser } from './record-parser.js'
import { parseSchema } from './schema-text.js'
import { BadValue, type TimeRules } from './cells.js'

export interface Row {
  /** Null where records have no key. */
  readonly key: readonly unknown[] | null
  readonly value: readonly unknown[]
}

export interface Rows<T> {
  readonly keySchema: Schema | null
  readonly valueSchema: Schema
  /** Throws LineError. */
  rowOf(found: Found<T>): Row
}

/** Looks at all records of a file before they are read, to tell their schema. */
export interface Survey<T> {
  add(found: Found<T>): void
  readonly schema: Schema
}

export interface Format<T> {
  /** Whether the first record of a file names the fields, and is none itself. */
  readonly hasHeader: boolean
  parser(): RecordParser<T>
  /** Null where the schema is known without. */
  survey(): Survey<T> | null
  /** From the first record of a file, or its header; throws LineError. */
  compile(first: Found<T>, surveyed: Schema | null): Rows<T>
}

export const OPTIONAL_TEXT = primitive('string', { optional: true })

export interface SchemaRules {
  /** As configured; null where each file tells its own. */
  readonly value: Schema | null
  readonly key: Schema | null
  readonly keyFields: readonly string[]
  readonly keyName: string
  readonly valueName: string
  readonly isInferred: boolean
  readonly times: TimeRules
}

export function schemaRulesOf(config: SpoolConfig): SchemaRules {
  const isGenerated = config['schema.generation.enabled']
  const given = (key: 'key.schema' | 'value.schema') => {
    const schema = isGenerated || config[key] === '' ? null : parseSchema(key, config[key])
    // A key without fields says nothing.
    return schema === null || schema.fields.length === 0 ? null : schema
  }
  return {
    value: given('value.schema'),
    key: given('key.schema'),
    keyFields: isGenerated ? config['schema.generation.key.fields'].filter((name) => name !== '') : [],
    keyName: config['schema.generation.key.name'],
    valueName: config['schema.generation.value.name'],
    isInferred: isGenerated && config['schema.generation.types'] === 'infer',
    times: { zone: config['parser.timestamp.timezone'], formats: config['parser.timestamp.date.formats'] },
  }
}

/** The key of records with such values; null for none. */
export function keySchemaOf(rules: SchemaRules, value: Schema, line: number): Schema | null {
  if (rules.key !== null || rules.keyFields.length === 0) return rules.key
  const fields = rules.keyFields.map((name) => {
    const field = value.fields.find((candidate) => candidate.name === name)
    if (field !== undefined) return { name, schema: field.schema }
    const names = value.fields.map((candidate) => candidate.name).join(', ')
    throw new LineError(
      line,
      `there is no field ${name} for the key`,
      `Correct schema.generation.key.fields; there are: ${names}.`,
    )
  })
  return struct(fields, { name: rules.keyName })
}

/** Runs the reading of one field, and tells its name where that fails. */
export function fieldError(error: unknown, line: number, name: string): unknown {
  if (!(error instanceof BadValue)) return error
  return new LineError(
    line,
    `field ${name}: ${error.message}`,
    'Correct the line, or the type of the field in value.schema.',
  )
}
