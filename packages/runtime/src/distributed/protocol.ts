// The bytes that workers of a cluster exchange when they join: Kafka Connect's protocol versions 1 (`compatible`) and
// 2 (`sessioned`), and what a worker reads of version 0.
import { splitTask, taskId, type Work } from './work.js'

/** Names of ways to share the work, the preferred one first, by `connect.protocol`. */
export const PROTOCOLS = { compatible: ['compatible'], sessioned: ['sessioned', 'compatible'] } as const
export type ProtocolName = (typeof PROTOCOLS)['sessioned'][number]

const VERSIONS: Readonly<Record<string, number>> = { compatible: 1, sessioned: 2 }

export function versionOf(protocol: string): number {
  return VERSIONS[protocol] ?? 0
}

/** What a worker tells the leader about itself. */
export interface WorkerMetadata {
  readonly url: string
  /** How far it has read the config topic. */
  readonly configOffset: number
  readonly current: Work | null
}

export interface Assignment {
  /** The leader had not read the config topic as far as others. */
  readonly isMismatch: boolean
  readonly leader: string
  readonly leaderUrl: string
  readonly configOffset: number
  /** What is new to the worker. */
  readonly assigned: Work
  readonly revoked: Work
  /** Time after which the worker is to join again; 0: no need to. */
  readonly delayMs: number
}

/** The number that stands for the connector itself among the numbers of its tasks. */
const CONNECTOR = -1

export function encodeMetadata(version: number, { url, configOffset, current }: WorkerMetadata): Uint8Array {
  const w = new Bytes().i16(version).string(url).i64(configOffset)
  if (version === 0) return w.done()
  if (current === null) return w.i32(-1).done()
  const share = { isMismatch: false, leader: '', leaderUrl: url, configOffset, revoked: null, delayMs: 0 }
  return w.bytes(encode(version, { ...share, assigned: current })).done()
}

export function decodeMetadata(bytes: Buffer): WorkerMetadata {
  const r = new Cursor(bytes)
  const version = r.i16()
  const [url, configOffset] = [r.string(), r.i64()]
  const size = version === 0 || r.isAtEnd ? -1 : r.i32()
  return { url, configOffset, current: size <= 0 ? null : decodeAssignment(r.take(size)).assigned }
}

export function encodeAssignment(version: number, assignment: Assignment): Uint8Array {
  return encode(version, assignment)
}

type Share = Omit<Assignment, 'revoked'> & { readonly revoked: Work | null }

function encode(version: number, share: Share): Uint8Array {
  const w = new Bytes()
    .i16(version)
    .i16(share.isMismatch ? 1 : 0)
    .string(share.leader)
    .string(share.leaderUrl)
  w.i64(share.configOffset)
  writeWork(w, share.assigned)
  if (version === 0) return w.done()
  if (share.revoked === null) w.i32(-1)
  else writeWork(w, share.revoked)
  return w.i32(share.delayMs).done()
}

export function decodeAssignment(bytes: Buffer): Assignment {
  const r = new Cursor(bytes)
  const version = r.i16()
  const isMismatch = r.i16() !== 0
  const [leader, leaderUrl, configOffset, assigned] = [r.string(), r.string(), r.i64(), readWork(r)]
  const head = { isMismatch, leader, leaderUrl, configOffset, assigned }
  if (version === 0 || r.isAtEnd) return { ...head, revoked: { connectors: new Set(), tasks: new Set() }, delayMs: 0 }
  return { ...head, revoked: readWork(r), delayMs: r.i32() }
}

function writeWork(w: Bytes, { connectors, tasks }: Work): void {
  const numbers = new Map<string, number[]>([...connectors].map((name) => [name, [CONNECTOR]]))
  for (const [name, task] of [...tasks].map(splitTask)) numbers.set(name, [...(numbers.get(name) ?? []), task])
  w.i32(numbers.size)
  for (const [name, own] of numbers) {
    w.string(name).i32(own.length)
    for (const number of own) w.i32(number)
  }
}

/** A count of -1 is nothing. */
function readWork(r: Cursor): Work {
  const [connectors, tasks] = [new Set<string>(), new Set<string>()]
  for (let left = r.i32(); left > 0; left -= 1) {
    const name = r.string()
    for (let count = r.i32(); count > 0; count -= 1) {
      const number = r.i32()
      if (number === CONNECTOR) connectors.add(name)
      else tasks.add(taskId(name, number))
    }
  }
  return { connectors, tasks }
}

class Bytes {
  readonly #pieces: Buffer[] = []

  i16(value: number): this {
    const piece = Buffer.alloc(2)
    piece.writeInt16BE(value)
    return this.#add(piece)
  }

  i32(value: number): this {
    const piece = Buffer.alloc(4)
    piece.writeInt32BE(value)
    return this.#add(piece)
  }

  i64(value: number): this {
    const piece = Buffer.alloc(8)
    piece.writeBigInt64BE(BigInt(value))
    return this.#add(piece)
  }

  string(value: string): this {
    const text = Buffer.from(value)
    return this.i16(text.length).#add(text)
  }

  bytes(value: Uint8Array): this {
    return this.i32(value.length).#add(Buffer.from(value))
  }

  done(): Uint8Array {
    return Buffer.concat(this.#pieces)
  }

  #add(piece: Buffer): this {
    this.#pieces.push(piece)
    return this
  }
}

class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  take(size: number): Buffer {
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }

  i16(): number {
    return this.take(2).readInt16BE()
  }

  i32(): number {
    return this.take(4).readInt32BE()
  }

  i64(): number {
    return Number(this.take(8).readBigInt64BE())
  }

  string(): string {
    return this.take(this.i16()).toString('utf8')
  }
}
