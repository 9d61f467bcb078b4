// What request bodies may hold: typed values out of JSON, with the leniency of Kafka Connect (numbers and booleans become
// text) and its complaints.
import { parseJsonText, JsonTextError, type Json, type JsonNode, type Props, type TextPlace } from '@rowbridge/api'
import type { OffsetChange, TargetState } from '@rowbridge/runtime'
import { HttpError } from './errors.js'

const ENTITIES = 'org.apache.kafka.connect.runtime.rest.entities'
const STATES: readonly TargetState[] = ['STARTED', 'PAUSED', 'STOPPED']

/** Configuration text by key; null where the client wrote null. */
export type NullableProps = Readonly<Record<string, string | null>>

export interface CreateRequest {
  readonly name: string
  readonly config: NullableProps
  readonly initialState: TargetState | null
}

export function readCreateRequest(body: string): CreateRequest {
  const root = parseBody(body)
  const type = `${ENTITIES}.CreateConnectorRequest`
  if (root === null || root.kind === 'null')
    throw new HttpError(500, 'The request has no body; send {"name":…,"config":{…}}.')
  const members = membersOf(root, type, ['config', 'name', 'initial_state'])
  const name = members.get('name')
  const config = members.get('config')
  const state = members.get('initial_state')
  if (config === undefined || config.kind === 'null') {
    throw new HttpError(500, 'The request has no "config"; send {"name":…,"config":{…}}.')
  }
  return {
    name: name === undefined ? '' : (textOf(name, `${type}["name"]`) ?? '').trim(),
    config: mapOf(config, `${type}["config"]->java.util.LinkedHashMap`),
    initialState: state === undefined || state.kind === 'null' ? null : stateOf(state, type),
  }
}

/** A flat object of text, as `PUT …/config` takes it. */
export function readProps(body: string): NullableProps {
  const root = parseBody(body)
  if (root === null || root.kind === 'null')
    throw new HttpError(500, 'The request has no body; send a flat JSON object.')
  return mapOf(root, 'java.util.LinkedHashMap')
}

/** All tasks of a connector, as one worker of a cluster tells the leader. */
export function readTaskConfigs(body: string): readonly Props[] {
  const root = parseBody(body)
  if (root === null || root.kind !== 'array')
    throw new HttpError(500, 'The request has no array of task configurations.')
  return root.items.map((item, i) => withoutNulls(mapOf(item, `java.util.ArrayList[${i}]`)))
}

/** The offsets of a request to alter them; null where the client gave none. */
export function readOffsets(body: string): readonly OffsetChange[] | null {
  const root = parseBody(body)
  if (root === null || root.kind === 'null') return null
  const type = `${ENTITIES}.ConnectorOffsets`
  const offsets = membersOf(root, type, ['offsets']).get('offsets')
  if (offsets === undefined || offsets.kind === 'null') return null
  if (offsets.kind !== 'array') {
    const list = `java.util.ArrayList<${ENTITIES}.ConnectorOffset>`
    throw wrongKind(offsets, list, chainOf(`${type}["offsets"]`))
  }
  return offsets.items.map((item, i) => offsetChangeOf(item, `${type}["offsets"]->java.util.ArrayList[${i}]`))
}

function offsetChangeOf(node: JsonNode, path: string): OffsetChange {
  const members = membersOf(node, `${ENTITIES}.ConnectorOffset`, ['offset', 'partition'])
  const mapAt = (name: 'partition' | 'offset'): Json => {
    const part = members.get(name)
    if (part === undefined || part.kind === 'null') return null
    if (part.kind === 'object') return jsonOf(part)
    throw wrongKind(part, 'java.util.LinkedHashMap<java.lang.String,java.lang.Object>', chainOf(`${path}["${name}"]`))
  }
  return { partition: mapAt('partition'), offset: mapAt('offset') }
}

/** The level of a request to set that of a logger; null where the client gave none. */
export function readLevel(body: string): string | null {
  const root = parseBody(body)
  if (root === null || root.kind === 'null') return null
  const type = 'java.util.LinkedHashMap<java.lang.String,java.lang.String>'
  if (root.kind !== 'object') throw wrongKind(root, type)
  const level = new Map(root.members).get('level')
  return level === undefined ? null : textOf(level, 'java.util.LinkedHashMap["level"]')
}

/** The set keys alone: a null means the same as leaving the key out. */
export function withoutNulls(config: NullableProps): Props {
  return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null))
}

function parseBody(body: string): JsonNode | null {
  try {
    return parseJsonText(body)
  } catch (error) {
    throw error instanceof JsonTextError ? badJson(error.message, error.place) : error
  }
}

/** A bad body is answered with status 500, in the words of Kafka Connect's parser. */
function badJson(problem: string, at: TextPlace, chain = ''): HttpError {
  const where = `line: ${at.line}, column: ${at.column}`
  const source = `Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); ${where}`
  return new HttpError(500, `${problem}\n at [${source}]${chain}`)
}

function membersOf(node: JsonNode, type: string, known: readonly string[]): Map<string, JsonNode> {
  if (node.kind !== 'object') throw wrongKind(node, type)
  for (const [name] of node.members) {
    if (known.includes(name)) continue
    const properties = known.map((property) => JSON.stringify(property)).join(', ')
    const problem = `Unrecognized field "${name}" (class ${type}), not marked as ignorable`
    throw badJson(
      `${problem} (${known.length} known properties: ${properties}])`,
      node.end,
      chainOf(`${type}["${name}"]`),
    )
  }
  return new Map(node.members)
}

function mapOf(node: JsonNode, path: string): NullableProps {
  const type = 'java.util.LinkedHashMap<java.lang.String,java.lang.String>'
  if (node.kind !== 'object') throw wrongKind(node, type)
  return Object.fromEntries(node.members.map(([key, value]) => [key, textOf(value, `${path}["${key}"]`)]))
}

function textOf(node: JsonNode, path: string): string | null {
  if (node.kind === 'object' || node.kind === 'array') throw wrongKind(node, 'java.lang.String', chainOf(path))
  return node.kind === 'null' ? null : node.text
}

function jsonOf(node: JsonNode): Json {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(([key, value]) => [key, jsonOf(value)]))
    case 'array':
      return node.items.map(jsonOf)
    case 'string':
      return node.text
    case 'number':
      return Number.isSafeInteger(Number(node.text)) || !/^-?\d+$/.test(node.text)
        ? Number(node.text)
        : BigInt(node.text)
    case 'boolean':
      return node.text === 'true'
    case 'null':
      return null
  }
}

function stateOf(node: JsonNode, request: string): TargetState {
  const chain = chainOf(`${request}["initial_state"]`)
  const text = textOf(node, `${request}["initial_state"]`) ?? ''
  const wanted = text.toUpperCase() === 'RUNNING' ? 'STARTED' : text.toUpperCase()
  const state = STATES.find((candidate) => candidate === wanted && text.toUpperCase() !== 'STARTED')
  if (state !== undefined) return state
  const constant = `${request}.InitialState.${text.toUpperCase()}`
  const problem = `Cannot construct instance of \`${request}$InitialState\`, problem: No enum constant ${constant}`
  throw badJson(problem, node, chain)
}

function wrongKind(node: JsonNode, type: string, chain = ''): HttpError {
  const [name, token] =
    node.kind === 'object'
      ? ['Object', 'START_OBJECT']
      : node.kind === 'array'
        ? ['Array', 'START_ARRAY']
        : [node.kind === 'string' ? 'String' : 'Scalar', `VALUE_${node.kind.toUpperCase()}`]
  return badJson(
    `Cannot deserialize value of type \`${type}\` from ${name} value (token \`JsonToken.${token}\`)`,
    node,
    chain,
  )
}

function chainOf(path: string): string {
  return ` (through reference chain: ${path})`
}
