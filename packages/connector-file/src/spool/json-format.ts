// Rows of JSON files: the members of each object by name.
import { struct, type JsonNode, type Schema } from '@rowbridge/api'
import type { SpoolConfig } from './config.js'
import {
  fieldError,
  keySchemaOf,
  OPTIONAL_TEXT,
  schemaRulesOf,
  type Format,
  type SchemaRules,
  type Survey,
} from './format.js'
import { schemaOfShape, shapeOf, widerShape, type Shape } from './infer.js'
import { JsonParser } from './json-parser.js'
import { compileJsonValue, membersOf } from './json-values.js'
import type { Found } from './record-parser.js'

type Reader = readonly [name: string, read: (node: JsonNode | undefined) => unknown]

export function jsonFormat(config: SpoolConfig): Format<JsonNode> {
  const rules = schemaRulesOf(config)
  return {
    hasHeader: false,
    parser: () => new JsonParser(),
    survey: () => (rules.value === null ? surveyOf(rules) : null),
    compile: (first, surveyed) => {
      const valueSchema = rules.value ?? surveyed ?? struct([], { name: rules.valueName })
      const keySchema = keySchemaOf(rules, valueSchema, first.line)
      const readersOf = (schema: Schema): readonly Reader[] =>
        schema.fields.map((field) => [field.name, compileJsonValue(field.schema, rules.times)])
      const [value, key] = [readersOf(valueSchema), keySchema === null ? null : readersOf(keySchema)]
      return {
        keySchema,
        valueSchema,
        rowOf: (found) => {
          const members = membersOf(found.data)
          return { key: key === null ? null : valuesOf(key, members, found), value: valuesOf(value, members, found) }
        },
      }
    },
  }
}

function valuesOf(
  readers: readonly Reader[],
  members: ReadonlyMap<string, JsonNode>,
  { line }: Found<JsonNode>,
): unknown[] {
  let name = ''
  try {
    const values: unknown[] = []
    for (const [own, read] of readers) {
      name = own
      values.push(read(members.get(own)))
    }
    return values
  } catch (error) {
    throw fieldError(error, line, name)
  }
}

/** All fields of all objects: one that begins later is a field, too. */
function surveyOf(rules: SchemaRules): Survey<JsonNode> {
  let shape: Shape = null
  return {
    add: ({ data }) => {
      shape = widerShape(shape, shapeOf(data))
    },
    get schema() {
      const members = shape?.kind === 'object' ? [...shape.members] : []
      const fields = members.map(([name, member]) => ({
        name,
        schema: rules.isInferred ? schemaOfShape(member) : OPTIONAL_TEXT,
      }))
      return struct(fields, { name: rules.valueName })
    },
  }
}
