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

/** Members that are ours: free text, and the place of a key among the keys of its group. */
const OURS = ['documentation', 'display_name', 'trace', 'order']
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
export function comparable({ status, headers, body }: GoldenAnswer, { method, path }: GoldenCall): unknown {
  if (!/^[[{]/.test(body)) return { status, headers, body }
  const parsed: unknown = JSON.parse(withoutRest(body))
  const isNames = Array.isArray(parsed) && parsed.every((item) => typeof item === 'string')
  const depth = method === 'GET' ? (ROOT_MAPS.find(([pattern]) => pattern.test(path))?.[1] ?? 0) : 0
  const left = status === 201 ? [...OURS, 'tasks'] : OURS
  return { status, headers, body: isNames ? parsed.toSorted() : shape(parsed, depth, left) }
}

/** Texts that tell a place, or that the recording does not have to their end. */
function withoutRest(body: string): string {
  return body.replace(/column: \d+/, 'column: …').replace(/(Class no\.such\.Smt)[^"]*/, '$1…')
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
