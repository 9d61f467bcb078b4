// One set of servers for a whole test run: a desk in the main process starts each when first asked for, workers ask over the loopback
// interface, and everything ends with the desk.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerAddress, ServerKind, ServerOptions } from './server.js'
import type { Started } from './support.js'

/** Tells the workers of a run where the desk is. */
export const DESK_VARIABLE = 'ROWBRIDGE_TEST_DESK'

type Finder = (kind: ServerKind, options: ServerOptions) => Promise<Started>
type Answer = { readonly address: ServerAddress } | { readonly problem: string }
interface Question {
  readonly kind: ServerKind
  readonly options: ServerOptions
}

/** What became of a request for a server, for the report at the end of a run. */
export interface DeskEntry {
  /** Kind, and version when one was asked for. */
  readonly name: string
  /** How it was found, or null when it was not. */
  readonly foundBy: string | null
  readonly problem: string | null
}

export interface Desk extends AsyncDisposable {
  readonly url: string
  /** In the order of the first requests. */
  report(): Promise<DeskEntry[]>
}

export async function openDesk(find: Finder): Promise<Desk> {
  const searches = new Map<string, Promise<Started>>()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { kind, options } = await questionIn(request)
    const name = options.version === undefined ? kind : `${kind} ${options.version}`
    const search = searches.get(name) ?? find(kind, options)
    searches.set(name, search)
    const answer: Answer = await search.then(
      ({ address }) => ({ address }),
      (error: unknown) => ({ problem: messageOf(error) }),
    )
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  }
  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(400).end(messageOf(error)))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    report: () => Promise.all([...searches].map(([name, search]) => entryOf(name, search))),
    [Symbol.asyncDispose]: () => close(http, [...searches.values()]),
  }
}

async function questionIn(request: IncomingMessage): Promise<Question> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString()) as Question
}

async function entryOf(name: string, search: Promise<Started>): Promise<DeskEntry> {
  return search.then(
    ({ address }) => ({ name, foundBy: address.foundBy, problem: null }),
    (error: unknown) => ({ name, foundBy: null, problem: messageOf(error) }),
  )
}

async function close(http: HttpServer, searches: readonly Promise<Started>[]): Promise<void> {
  http.closeAllConnections()
  http.close()
  const settled = await Promise.allSettled(searches)
  const started = settled.filter((search) => search.status === 'fulfilled')
  await Promise.all(started.map(({ value }) => value.process[Symbol.asyncDispose]()))
}

/** The server the desk at `url` has or gets; rejects with its reasons when it can get none. */
export async function askDesk(url: string, kind: ServerKind, options: ServerOptions): Promise<ServerAddress> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ kind, options }) })
  if (!response.ok) throw new Error(`The desk of the test run answered ${response.status}: ${await response.text()}`)
  const answer = (await response.json()) as Answer
  if ('problem' in answer) throw new Error(answer.problem)
  return answer.address
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
