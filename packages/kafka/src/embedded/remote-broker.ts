// The broker of a folder that another process owns, called over its socket.
import { connect, type Socket } from 'node:net'
import { RetriableError, type TopicPartition } from '@rowbridge/api'
import type { PartitionOffsets, TopicDescription, TopicOffset, TopicSpec } from '../port.js'
import type {
  AlteredOffset,
  Assignment,
  Broker,
  FetchedBytes,
  FetchRequest,
  JoinRequest,
  Membership,
} from './broker.js'
import type { Holder } from './folder-lock.js'
import { readFrames, writeFrame, type Frame } from './frames.js'
import { fromWire, PING_MS, type Answer, type Method } from './wire.js'

interface Open {
  readonly resolve: (answer: Frame<Answer>) => void
  readonly reject: (error: unknown) => void
}

export class RemoteBroker implements Broker {
  readonly #folder: string
  readonly #owner: Holder
  readonly #open = new Map<number, Open>()
  #socket: Socket | null = null
  #ping: NodeJS.Timeout | null = null
  #calls = 0

  constructor(folder: string, owner: Holder) {
    this.#folder = folder
    this.#owner = owner
  }

  /** Rejects when the owner does not answer any more. */
  async connect(): Promise<void> {
    const socket = connect(this.#owner.socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (cause) => reject(this.#gone(cause)))
    })
    socket.on('error', () => undefined)
    socket.once('close', () => this.#lose())
    readFrames<Answer>(socket, (frame) => this.#take(frame))
    writeFrame(socket, { token: this.#owner.token })
    this.#ping = setInterval(() => writeFrame(socket, { ping: true }), PING_MS).unref()
    this.#socket = socket
  }

  close(): void {
    this.#socket?.destroy()
    this.#lose()
  }

  clusterId(): Promise<string> {
    return this.#call('clusterId')
  }

  topics(): Promise<readonly TopicDescription[]> {
    return this.#call('topics')
  }

  describe(topic: string): Promise<TopicDescription | null> {
    return this.#call('describe', topic)
  }

  topicConfig(topic: string): Promise<Readonly<Record<string, string>>> {
    return this.#call('topicConfig', topic)
  }

  demand(topic: string): Promise<TopicDescription> {
    return this.#call('demand', topic)
  }

  createTopic(spec: TopicSpec): Promise<boolean> {
    return this.#call('createTopic', spec)
  }

  deleteTopic(topic: string): Promise<void> {
    return this.#call('deleteTopic', topic)
  }

  offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#call('offsets', topic)
  }

  async append(to: TopicPartition, batches: Buffer): Promise<number> {
    const { head } = await this.#ask({ method: 'append', args: [to], body: batches })
    return head.result as number
  }

  async fetch(request: FetchRequest, signal: AbortSignal): Promise<readonly FetchedBytes[]> {
    const { head, body } = await this.#ask({ method: 'fetch', args: [request], signal })
    const parts = head.result as readonly (Omit<FetchedBytes, 'bytes'> & { readonly bytes: number })[]
    let at = 0
    return parts.map((part) => {
      const bytes = body.subarray(at, at + part.bytes)
      at += part.bytes
      return { ...part, bytes }
    })
  }

  join(request: JoinRequest): Promise<string> {
    return this.#call('join', request)
  }

  async assignment(groupId: string, memberId: string, signal: AbortSignal): Promise<Assignment | null> {
    return (await this.#ask({ method: 'assignment', args: [groupId, memberId], signal })).head.result as Assignment
  }

  async rebalance(member: Membership, signal: AbortSignal): Promise<void> {
    await this.#ask({ method: 'rebalance', args: [member], signal })
  }

  leave(groupId: string, memberId: string): Promise<void> {
    return this.#call('leave', groupId, memberId)
  }

  commit(member: Membership, offsets: readonly TopicOffset[]): Promise<void> {
    return this.#call('commit', member, offsets)
  }

  committed(groupId: string): Promise<readonly TopicOffset[]> {
    return this.#call('committed', groupId)
  }

  alterCommitted(groupId: string, offsets: readonly AlteredOffset[]): Promise<void> {
    return this.#call('alterCommitted', groupId, offsets)
  }

  deleteGroup(groupId: string): Promise<void> {
    return this.#call('deleteGroup', groupId)
  }

  async #call<T>(method: Method, ...args: readonly unknown[]): Promise<T> {
    return (await this.#ask({ method, args })).head.result as T
  }

  #ask(question: {
    readonly method: Method
    readonly args: readonly unknown[]
    readonly body?: Buffer
    readonly signal?: AbortSignal
  }): Promise<Frame<Answer>> {
    const socket = this.#socket
    if (socket === null) return Promise.reject(this.#gone())
    const { method, args, body, signal } = question
    const id = ++this.#calls
    const cancel = () => writeFrame(socket, { cancel: id })
    const answered = new Promise<Frame<Answer>>((resolve, reject) => this.#open.set(id, { resolve, reject }))
    writeFrame(socket, { id, method, args }, body === undefined ? [] : [body])
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    return answered.finally(() => signal?.removeEventListener('abort', cancel))
  }

  #take(frame: Frame<Answer>): void {
    const { id, error } = frame.head
    const open = this.#open.get(id)
    this.#open.delete(id)
    if (error === undefined) open?.resolve(frame)
    else open?.reject(fromWire(error))
  }

  #lose(): void {
    this.#socket = null
    if (this.#ping !== null) clearInterval(this.#ping)
    for (const { reject } of this.#open.values()) reject(this.#gone())
    this.#open.clear()
  }

  #gone(cause?: unknown): RetriableError {
    const message = `The owner of ${this.#folder}, process ${this.#owner.pid}, has gone away`
    return new RetriableError('owner-gone', message, {
      ...(cause === undefined ? {} : { cause }),
      hint: 'Open the folder again: then this process takes its place.',
    })
  }
}
