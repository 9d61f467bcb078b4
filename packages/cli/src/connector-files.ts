// Reads the connector files named on the command line: JSON object of settings, JSON as for POST /connectors, or properties.
import { ConnectError, JsonTextError, parseJsonText, type JsonNode, type Props } from '@rowbridge/api'
import { parseProperties, type TargetState } from '@rowbridge/runtime'
import { readInput } from './read-input.js'

export interface ConnectorFile {
  readonly name: string
  readonly config: Props
  readonly initialState: TargetState
  readonly warnings: readonly string[]
}

const STATES: Readonly<Record<string, TargetState>> = { RUNNING: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' }

export async function readConnectorFile(file: string): Promise<ConnectorFile> {
  return parseConnectorFile(await readInput(file), file)
}

/** The form is told from the content; the file's extension does not matter. */
export function parseConnectorFile(bytes: Uint8Array, file: string): ConnectorFile {
  const text = Buffer.from(bytes).toString('utf8')
  if (/^\uFEFF?\s*[{[]/.test(text)) return fromJson(text.replace(/^\uFEFF/, ''), file)
  const { props, warnings } = parseProperties(bytes, file)
  return { ...named(props, file), initialState: 'STARTED', warnings }
}

function fromJson(text: string, file: string): ConnectorFile {
  const root = parsed(text, file)
  if (root?.kind !== 'object') throw problem(file, 'has to hold a JSON object or properties')
  const members = new Map(root.members)
  const config = members.get('config')
  if (config?.kind !== 'object')
    return { ...named(textMembers(root, file), file), initialState: 'STARTED', warnings: [] }
  const inner = textMembers(config, file)
  const name = textOf(members.get('name'))?.trim()
  if (name === undefined || name === '') throw missingName(file)
  if (inner['name'] !== undefined && inner['name'] !== name) {
    throw problem(file, `says name ${name} outside and ${inner['name']} inside of config; they have to be equal`)
  }
  return { name, config: { ...inner, name }, initialState: stateOf(members.get('initial_state'), file), warnings: [] }
}

function parsed(text: string, file: string): JsonNode | null {
  try {
    return parseJsonText(text)
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error
    throw new ConnectError('bad-file', `${file}:${error.place.line}:${error.place.column}: ${error.message}`, {
      cause: error,
    })
  }
}

function textMembers(node: JsonNode & { readonly kind: 'object' }, file: string): Props {
  const members: (readonly [string, string])[] = []
  for (const [key, value] of node.members) {
    if (value.kind === 'object' || value.kind === 'array') {
      throw new ConnectError(
        'bad-file',
        `${file}:${value.line}:${value.column}: ${key} has to be text, a number, true or false`,
      )
    }
    if (value.kind !== 'null') members.push([key, value.text])
  }
  return Object.fromEntries(members)
}

function textOf(node: JsonNode | undefined): string | undefined {
  return node === undefined || node.kind === 'object' || node.kind === 'array' || node.kind === 'null'
    ? undefined
    : node.text
}

function stateOf(node: JsonNode | undefined, file: string): TargetState {
  if (node === undefined || node.kind === 'null') return 'STARTED'
  const state = STATES[textOf(node)?.toUpperCase() ?? '']
  if (state === undefined) throw problem(file, 'has an initial_state other than RUNNING, PAUSED or STOPPED')
  return state
}

function named(config: Props, file: string): { readonly name: string; readonly config: Props } {
  const name = config['name']?.trim() ?? ''
  if (name === '') throw missingName(file)
  return { name, config }
}

function missingName(file: string): ConnectError {
  return problem(file, "is missing the mandatory 'name' configuration")
}

function problem(file: string, text: string): ConnectError {
  return new ConnectError('bad-file', `Connector configuration at '${file}' ${text}`)
}
