// Recorded HTTP calls: reads the files of test/golden/rest and replays one against a worker.
import { readdirSync, readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const FOLDER = join(import.meta.dirname, '../golden/rest')

export interface GoldenAnswer {
  readonly status: number
  /** In lower case; only those that the recording holds. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface GoldenCall {
  /** Number of the recording, and its name: `033-create-source`. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly answer: GoldenAnswer
}

export function goldenCalls(): readonly GoldenCall[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .toSorted()
    .map((file) => parseCall(file.replace('.txt', ''), readFileSync(join(FOLDER, file), 'utf8')))
}

function parseCall(name: string, recorded: string): GoldenCall {
  const [request = '', answer = ''] = recorded.split('\n----\n')
  const [first, headers, body] = parts(request)
  const [method = '', path = ''] = first.split(' ')
  const [statusLine, answerHeaders, answerBody] = parts(answer)
  const status = Number(statusLine.split(' ')[1])
  return { name, method, path, headers, body, answer: { status, headers: answerHeaders, body: answerBody.trim() } }
}

function parts(message: string): readonly [string, Readonly<Record<string, string>>, string] {
  const [head = '', ...rest] = message.split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const headers = lines.map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter((match) => match !== null)
  return [
    first,
    Object.fromEntries(headers.map(([, key = '', value = '']) => [key.toLowerCase(), value])),
    rest.join('\n\n'),
  ]
}

/** Sends the call as it was recorded; texts are replaced on the way there, and back in the answer. */
export async function replay(
  call: GoldenCall,
  base: string,
  replaced: readonly (readonly [golden: string, here: string])[],
): Promise<GoldenAnswer> {
  const there = replaced.reduce((body, [golden, here]) => body.replaceAll(golden, here), call.body)
  const url = new URL(base)
  const sent = request({
    host: url.hostname,
    port: url.port,
    method: call.method,
    path: call.path,
    headers: { ...call.headers, 'content-length': Buffer.byteLength(there) },
  })
  sent.end(there)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject)
  })
  const back = (value: string) => replaced.reduce((body, [golden, here]) => body.replaceAll(here, golden), value)
  const headers = Object.keys(call.answer.headers).map(
    (key) => [key, back(String(response.headers[key] ?? ''))] as const,
  )
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: back(await text(response)).trim(),
  }
}

/** Members that are ours: free text. */
const OURS = ['documentation', 'display_name', 'trace']
/** Maps whose order of members has no meaning. */
const MAPS = ['config', 'partition', 'offset']
/** Paths whose answers are maps themselves, and how deep. */
const ROOT_MAPS: readonly (readonly [RegExp, number])[] = [
  [/expand=|\/config$|\/loggers$/, 1],
  [/tasks-config$/, 2],
]

/**
 * An answer in a form in which two that mean the same are equal: order of members is kept, except in maps. A worker that
 * stands alone answers to the making of a connector with its tasks, where the recorded one had none yet.
 */
export function comparable({ status, headers, body }: GoldenAnswer, call: GoldenCall): unknown {
  const { method, path } = call
  if (!/^[[{]/.test(body)) return { status, headers, body }
  const text = body.replace(/column: \d+/, 'column: …').replaceAll(/("last_modified":)\d+/g, '$1"…"')
  const parsed = withoutOwnKeys(JSON.parse(text), call)
  const isNames = Array.isArray(parsed) && parsed.every((item) => typeof item === 'string')
  const depth = method === 'GET' ? (ROOT_MAPS.find(([pattern]) => pattern.test(path))?.[1] ?? 0) : 0
  const left = status === 201 ? [...OURS, 'tasks'] : OURS
  return { status, headers, body: isNames ? parsed.toSorted() : shape(parsed, depth, left) }
}

/** Answers about configurations without the keys that the recorded connectors do not have. */
function withoutOwnKeys(parsed: unknown, { path, answer }: GoldenCall): unknown {
  if (!/\/connector-plugins\/.*\/config/.test(path) || answer.status !== 200) return parsed
  const known = new Set(definitionsOf(JSON.parse(answer.body)).map(nameOf))
  const kept = definitionsOf(parsed).filter((definition) => known.has(nameOf(definition)))
  return Array.isArray(parsed) ? kept : { ...(parsed as object), configs: kept }
}

interface Named {
  readonly name?: string
  readonly definition?: { readonly name: string }
}

function definitionsOf(body: unknown): readonly Named[] {
  return Array.isArray(body) ? (body as Named[]) : ((body as { readonly configs?: Named[] }).configs ?? [])
}

function nameOf({ name, definition }: Named): string {
  return definition?.name ?? name ?? ''
}

/** Objects as lists of their members, maps as sorted ones; `depth` levels from here are maps. */
function shape(value: unknown, depth: number, left: readonly string[]): unknown {
  if (Array.isArray(value)) return value.filter(isShared).map((item) => shape(item, 0, left))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
    .filter(([key]) => !left.includes(key))
    .map(
      ([key, item]) =>
        [key, key === 'group' && item === '' ? null : shape(item, MAPS.includes(key) ? 1 : depth - 1, left)] as const,
    )
  return depth > 0 ? members.toSorted(([a], [b]) => (a < b ? -1 : 1)) : members
}

/** Dialects and transforms are as many as there are here; the group without a name is told as none. */
function isShared(item: unknown): boolean {
  return (
    typeof item !== 'string' || (item !== '' && !item.endsWith('DatabaseDialect') && !item.startsWith('io.debezium.'))
  )
}

/**
 * The answer without what the recording does not know: keys of our own, their groups, and values to choose from where the
 * recorded one had none. A recorded text that was cut, or that ours only adds to, counts as the answer's.
 */
export function likeRecorded(answer: GoldenAnswer, recorded: GoldenAnswer): GoldenAnswer {
  if (!/^[[{]/.test(answer.body) || !/^[[{]/.test(recorded.body)) return answer
  return { ...answer, body: JSON.stringify(fitted(JSON.parse(answer.body), JSON.parse(recorded.body))) }
}

function fitted(here: unknown, there: unknown): unknown {
  if (typeof here === 'string' && typeof there === 'string') return isTextOf(here, there) ? there : here
  if (Array.isArray(here) && Array.isArray(there)) return fittedItems(here, there)
  if (!isObject(here) || !isObject(there)) return here
  return Object.fromEntries(
    Object.entries(here).map(([key, item]) => [
      key,
      key === 'recommended_values' && isEmpty(there[key]) ? [] : fitted(item, there[key]),
    ]),
  )
}

function fittedItems(here: readonly unknown[], there: readonly unknown[]): unknown[] {
  const names = new Set(there.map(keyNameOf))
  const known = here.filter((item) => keyNameOf(item) === null || names.has(keyNameOf(item)))
  return known.map((item, i) => fitted(item, there[i]))
}

/** The name of a key of a configuration in an answer that lists keys, or of a group of them. */
function keyNameOf(item: unknown): string | null {
  if (!isObject(item)) return typeof item === 'string' && GROUPS.includes(item) ? item : null
  const definition = isObject(item['definition']) ? item['definition'] : item
  return typeof definition['name'] === 'string' && 'importance' in definition ? definition['name'] : null
}

/** Groups of keys that the recorded connector does not have. */
const GROUPS: readonly string[] = ['Columns']

function isTextOf(here: string, there: string): boolean {
  if (there.endsWith('…')) return here.startsWith(there.slice(0, -1))
  return there.startsWith('Invalid value ') && here.startsWith(`${there};`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
