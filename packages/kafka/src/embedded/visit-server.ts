// The owner's side of its socket: other processes of this user call the broker; what they leave behind goes with their connection.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StateError, type Log, type TopicPartition } from '@rowbridge/api'
import { isIntactBatch, markOf } from './batch-walk.js'
import type { Broker, FetchedBytes, JoinRequest } from './broker.js'
import { readFrames, writeFrame, type Frame } from './frames.js'
import { isMethod, SILENCE_MS, toWire, WAITING, type Answer, type Call, type Question } from './wire.js'

/** Longer paths do not fit into the address of a socket on every system. */
const MAX_SOCKET_PATH = 100

export interface VisitServer {
  readonly socket: string
  readonly token: string
  /** From now on visitors are served. */
  serve(broker: Broker): void
  close(): Promise<void>
}

/** Listens beside the folder's files, or under a short name elsewhere. */
export async function listenForVisitors(folder: string, log: Log): Promise<VisitServer> {
  const token = randomBytes(24).toString('hex')
  const waiting: Socket[] = []
  const open = new Set<Socket>()
  let broker: Broker | null = null
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', (error) => log.debug(`A visitor's connection broke: ${error.message}`))
    if (broker === null) waiting.push(socket)
    else welcome(socket, token, broker)
  })
  const socket = await listen(server, folder)
  return {
    socket,
    token,
    serve: (served) => {
      broker = served
      for (const early of waiting.splice(0)) welcome(early, token, served)
    },
    close: async () => {
      for (const visitor of open) visitor.destroy()
      await new Promise((resolve) => server.close(resolve))
      if (process.platform !== 'win32') rmSync(socket, { force: true })
    },
  }
}

async function listen(server: Server, folder: string): Promise<string> {
  const name = `rowbridge-${process.pid}-${randomBytes(4).toString('hex')}`
  if (process.platform === 'win32') return bind(server, `\\\\.\\pipe\\${name}`)
  const beside = join(folder, `${name}.sock`)
  const away = join(tmpdir(), `${name}.sock`)
  if (Buffer.byteLength(beside) > MAX_SOCKET_PATH) return bind(server, away)
  // Some mounted folders hold files but no sockets.
  return bind(server, beside).catch(() => bind(server, away))
}

function bind(server: Server, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      if (process.platform !== 'win32') chmodSync(path, 0o600)
      resolve(path)
    })
  })
}

/** Serves one visitor, who first has to know the token from the owner's file. */
function welcome(socket: Socket, token: string, broker: Broker): void {
  let visitor: Visitor | null = null
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  readFrames<Question>(socket, (frame) => {
    if (visitor !== null) visitor.take(frame)
    else if (knows(frame.head, token)) visitor = new Visitor(socket, broker)
    else socket.destroy()
  })
  socket.once('close', () => visitor?.leave())
}

function knows(head: Question, token: string): boolean {
  if (!('token' in head) || typeof head.token !== 'string') return false
  const given = Buffer.from(head.token)
  return given.length === token.length && timingSafeEqual(given, Buffer.from(token))
}

class Visitor {
  readonly #socket: Socket
  readonly #broker: Broker
  readonly #waits = new Map<number, AbortController>()
  readonly #members = new Map<string, string>()

  constructor(socket: Socket, broker: Broker) {
    this.#socket = socket
    this.#broker = broker
  }

  take({ head, body }: Frame<Question>): void {
    if ('cancel' in head) this.#waits.get(head.cancel)?.abort()
    else if ('id' in head) void this.#answer(head, body)
  }

  /** The visitor is gone: its waits end, its memberships too. */
  leave(): void {
    for (const wait of this.#waits.values()) wait.abort()
    for (const [memberId, groupId] of this.#members) void this.#broker.leave(groupId, memberId)
  }

  async #answer(call: Call, body: Buffer): Promise<void> {
    const wait = new AbortController()
    this.#waits.set(call.id, wait)
    try {
      const result = await this.#run(call, body, wait.signal)
      if (call.method === 'fetch') this.#sendFetched(call.id, result as readonly FetchedBytes[])
      else this.#send({ id: call.id, result })
    } catch (error) {
      this.#send({ id: call.id, error: toWire(error) })
    } finally {
      this.#waits.delete(call.id)
    }
  }

  async #run({ method, args }: Call, body: Buffer, signal: AbortSignal): Promise<unknown> {
    if (method === 'append') return this.#broker.append(args[0] as TopicPartition, checked(body))
    if (method === 'join') return this.#join(args[0] as JoinRequest)
    if (!isMethod(method)) throw new StateError('unknown-call', 'The visitor asks what this owner does not know')
    const work = this.#broker[method] as (...args: readonly unknown[]) => Promise<unknown>
    return work.apply(this.#broker, WAITING.includes(method) ? [...args, signal] : [...args])
  }

  async #join(request: JoinRequest): Promise<string> {
    const memberId = await this.#broker.join(request)
    if (this.#socket.destroyed) await this.#broker.leave(request.groupId, memberId)
    this.#members.set(memberId, request.groupId)
    return memberId
  }

  #sendFetched(id: number, fetched: readonly FetchedBytes[]): void {
    const result = fetched.map(({ bytes, ...part }) => ({ ...part, bytes: bytes.length }))
    this.#send(
      { id, result },
      fetched.map(({ bytes }) => bytes),
    )
  }

  #send(answer: Answer, body: readonly Buffer[] = []): void {
    if (!this.#socket.destroyed) writeFrame(this.#socket, answer, body)
  }
}

/** A copy of its own, of which every batch is whole. */
function checked(body: Buffer): Buffer {
  const bytes = Buffer.from(body)
  let at = 0
  for (let mark = markOf(bytes, 0, 0); mark !== null; mark = markOf(bytes, at, at)) {
    if (!isIntactBatch(bytes, at, mark.size)) break
    at += mark.size
  }
  if (at === bytes.length && at > 0) return bytes
  throw new StateError('corrupt-batch', `A visitor sent ${bytes.length} bytes that are no record batches`)
}
