// JSON to values, by schema. Numbers are taken as they are spelt.
import { DATE, shown, TIME, TIMESTAMP, type JsonNode, type Schema } from '@rowbridge/api'
import { absent, BadValue, compileCell, type TimeRules } from './cells.js'

type Read = (node: JsonNode | undefined) => unknown

/** The function from JSON to a value; it throws BadValue. */
export function compileJsonValue(schema: Schema, times: TimeRules): Read {
  const own = compileType(schema, times)
  return (node) => (node === undefined || node.kind === 'null' ? absent(schema) : own(node))
}

/** The members by name; the last of a name counts. */
export function membersOf(node: JsonNode): ReadonlyMap<string, JsonNode> {
  if (node.kind !== 'object') throw new BadValue(`${shown(textOfNode(node))} is no object`)
  return new Map(node.members)
}

function compileType(schema: Schema, times: TimeRules): (node: JsonNode) => unknown {
  switch (schema.type) {
    case 'struct': {
      const reads = schema.fields.map((field) => [field.name, compileJsonValue(field.schema, times)] as const)
      return (node) => {
        const members = membersOf(node)
        return reads.map(([name, read]) => read(members.get(name)))
      }
    }
    case 'array': {
      const read = compileJsonValue(schema.valueSchema as Schema, times)
      return (node) => {
        if (node.kind !== 'array') throw new BadValue(`${shown(textOfNode(node))} is no array`)
        return node.items.map(read)
      }
    }
    case 'map': {
      const [key, value] = [
        compileCell(schema.keySchema as Schema, times),
        compileJsonValue(schema.valueSchema as Schema, times),
      ]
      return (node) => new Map([...membersOf(node)].map(([name, item]) => [key(name), value(item)]))
    }
    case 'string':
      return (node) => (node.kind === 'string' ? node.text : textOfNode(node))
    case 'boolean':
    case 'bytes':
    case 'float32':
    case 'float64':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return compileScalar(schema, times)
  }
}

function compileScalar(schema: Schema, times: TimeRules): (node: JsonNode) => unknown {
  const cell = compileCell(schema, times)
  const isTime = schema.name === TIMESTAMP || schema.name === DATE || schema.name === TIME
  return (node) => {
    if (node.kind === 'object' || node.kind === 'array')
      throw new BadValue(`${shown(textOfNode(node))} is no ${schema.type}`)
    if (isTime && node.kind === 'number' && /^-?\d{1,15}$/.test(node.text)) return Number(node.text)
    return cell(node.text)
  }
}

/** JSON text without blanks. */
export function textOfNode(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.members.map(([name, value]) => `${JSON.stringify(name)}:${textOfNode(value)}`).join(',')}}`
    case 'array':
      return `[${node.items.map(textOfNode).join(',')}]`
    case 'string':
      return JSON.stringify(node.text)
    case 'number':
    case 'boolean':
    case 'null':
      return node.text
  }
}
