// A way to a server that can be made bad: it freezes, delays, cuts, refuses, drops, and leads elsewhere.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface Place {
  readonly host: string
  readonly port: number
}

/** Both ends of one connection. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  isFrozen: boolean
  /** Gives on what was held back. */
  readonly release: (() => void)[]
}

/**
 * ```ts
 * await using proxy = await Proxy.before(database)
 * const props = { 'connection.url': proxy.urlOf(database.jdbcUrl) }
 * proxy.freeze()
 * await waitFor('a request that gets no answer', () => proxy.held > 0)
 * proxy.thaw()
 * ```
 */
export class Proxy implements AsyncDisposable {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #to: Place
  #freezesNew = false
  #refuses = false
  #delayMs = 0
  #cutAfter = Infinity
  /** Connections taken so far. */
  accepted = 0
  /** Bytes held back since the last thaw. */
  held = 0

  private constructor(to: Place) {
    this.#to = to
    this.#server = createServer((near) => this.#accept(near))
  }

  /** Listens on a free port of this machine. */
  static async before(to: Place): Promise<Proxy> {
    const proxy = new Proxy(to)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get host(): string {
    return '127.0.0.1'
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections that are open. */
  get open(): number {
    return this.#pairs.size
  }

  /** A URL, or a list of servers, that leads through here in place of straight to the server. */
  urlOf(url: string): string {
    return url.replace(`${this.#to.host}:${this.#to.port}`, `${this.host}:${this.port}`)
  }

  /** Holds back every byte of the connections that are open and, unless only those are meant, of new ones. */
  freeze(which: 'all' | 'open' = 'all'): void {
    this.#freezesNew = which === 'all'
    for (const pair of this.#pairs) pair.isFrozen = true
  }

  /** Lets through what was held back, and all that comes. */
  thaw(): void {
    this.#freezesNew = false
    this.held = 0
    for (const pair of this.#pairs) {
      pair.isFrozen = false
      for (const release of pair.release.splice(0)) release()
    }
  }

  /** Ends the connections that are open, as a server does that dies. */
  drop(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }

  /** Whether new connections are ended at once. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses
  }

  /** Bytes take so long from now on, each way. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  /** Ends the connection that carries the answers, in the middle of one, once so many further bytes have come from the server. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes
  }

  /** New connections go there from now on; those that are open stay. */
  lead(to: Place): void {
    this.#to = to
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    await once(this.#server.close(), 'close')
  }

  #accept(near: Socket): void {
    this.accepted += 1
    if (this.#refuses) {
      near.resetAndDestroy()
      return
    }
    const far = connect(this.#to.port, this.#to.host)
    const pair: Pair = { near, far, isFrozen: this.#freezesNew, release: [] }
    this.#pairs.add(pair)
    this.#pass(pair, near, far)
    this.#pass(pair, far, near)
  }

  #pass(pair: Pair, from: Socket, to: Socket): void {
    const give = (act: () => void) => {
      if (pair.isFrozen) pair.release.push(() => give(act))
      else if (this.#delayMs > 0) setTimeout(act, this.#delayMs)
      else act()
    }
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      if (pair.isFrozen) this.held += bytes.length
      const kept = from === pair.far ? this.#cut(bytes) : bytes
      const end = () => {
        from.destroy()
        to.resetAndDestroy()
      }
      give(() => void to.write(kept, kept.length < bytes.length ? end : undefined))
    })
    from.on('end', () => give(() => to.end()))
    from.on('error', () => give(() => to.destroy()))
    from.on('close', () => {
      give(() => to.destroy())
      if (to.destroyed) this.#pairs.delete(pair)
    })
  }

  /** The part of an answer that still gets through. */
  #cut(bytes: Buffer): Buffer {
    if (bytes.length <= this.#cutAfter) {
      this.#cutAfter -= bytes.length
      return bytes
    }
    const kept = bytes.subarray(0, this.#cutAfter)
    this.#cutAfter = Infinity
    return kept
  }
}
