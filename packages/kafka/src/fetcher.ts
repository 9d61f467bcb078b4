// Reads the assigned partitions ahead: one Fetch a broker at a time, sent as soon as what it brought before is handed out.
import { RetriableError, type TopicPartition } from '@rowbridge/api'
import { Ailing } from './backoff.js'
import type { Cluster } from './cluster.js'
import { FetchBuffer } from './fetch-buffer.js'
import { brokerError, CODE, isRetriableCode, meaningOf } from './network-errors.js'
import type { FetchedBatch, TopicOffset } from './port.js'
import { FETCH, fetchRequest, type FetchedPartition, type FetchSettings } from './requests.js'

export interface FetcherOptions {
  readonly lane: string
  readonly settings: FetchSettings
  /** Something can be taken, or has failed. */
  readonly notify: () => void
  /** The position is before or behind what the partition holds. */
  readonly outOfRange: (at: TopicPartition) => void
}

interface Assigned extends TopicPartition {
  position: number | null
  isPaused: boolean
  /** Waits until the metadata is fresh. */
  isResting: boolean
  buffer: FetchBuffer | null
}

interface Wanted {
  readonly from: Assigned
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export class Fetcher {
  readonly #cluster: Cluster
  readonly #options: FetcherOptions
  readonly #assigned = new Map<string, Assigned>()
  readonly #busy = new Set<number>()
  readonly #resting = new Set<number>()
  readonly #ailing: Ailing
  #retry: NodeJS.Timeout | null = null
  #failure: unknown = null
  #isClosed = false

  constructor(cluster: Cluster, options: FetcherOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#ailing = new Ailing(cluster.log)
  }

  assignment(): TopicPartition[] {
    return [...this.#assigned.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  positions(): TopicOffset[] {
    return [...this.#assigned.values()].flatMap(({ topic, partition, position }) =>
      position === null ? [] : [{ topic, partition, offset: position }],
    )
  }

  /** Adds partitions; they are read once they have a position. */
  add(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) {
      this.#assigned.set(nameOf(at), { ...at, position: null, isPaused: false, isResting: false, buffer: null })
    }
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#assigned.delete(nameOf(at))
  }

  /** Partitions that nobody gave a position. */
  unpositioned(): TopicPartition[] {
    return [...this.#assigned.values()].filter((one) => one.position === null)
  }

  /** Sets where reading starts, unless a seek was faster. */
  position(at: TopicOffset): void {
    const assigned = this.#assigned.get(nameOf(at))
    if (assigned !== undefined) assigned.position ??= at.offset
  }

  /** False when the partition is not assigned. */
  seek(at: TopicOffset): boolean {
    const assigned = this.#assigned.get(nameOf(at))
    if (assigned === undefined) return false
    assigned.position = at.offset
    assigned.buffer = null
    this.fetch()
    return true
  }

  pause(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const at of partitions) {
      const assigned = this.#assigned.get(nameOf(at))
      if (assigned !== undefined) assigned.isPaused = isPaused
    }
    this.fetch()
    if (!isPaused) this.#options.notify()
  }

  /** At most `max` records that are there already; the partitions take turns. */
  take(max: number): FetchedBatch[] {
    if (this.#failure !== null) {
      const failure = this.#failure
      this.#failure = null
      throw failure
    }
    const taken: FetchedBatch[] = []
    let left = max
    for (const [key, assigned] of Array.from(this.#assigned)) {
      if (left <= 0) break
      if (assigned.isPaused || assigned.buffer === null) continue
      left -= this.#drain(assigned, left, taken)
      this.#assigned.delete(key)
      this.#assigned.set(key, assigned)
    }
    this.fetch()
    return taken
  }

  /** Asks each broker that is free for what is wanted of it. */
  fetch(): void {
    if (this.#isClosed) return
    const byNode = new Map<number, Wanted[]>()
    const full = new Set<number>()
    let isStranded = false
    for (const from of this.#assigned.values()) {
      if (from.isPaused || from.isResting || from.position === null) continue
      const node = this.#cluster.known(from.topic)?.leaders[from.partition] ?? -1
      if (node < 0) isStranded = true
      else if (from.buffer !== null) full.add(node)
      else if (!this.#busy.has(node) && !this.#resting.has(node)) {
        const { topic, partition, position: offset } = from
        byNode.set(node, [...(byNode.get(node) ?? []), { from, topic, partition, offset }])
      }
    }
    for (const [node, wanted] of byNode) if (!full.has(node)) void this.#fetchFrom(node, wanted)
    if (isStranded) this.#later()
  }

  close(): void {
    this.#isClosed = true
    this.#assigned.clear()
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#cluster.closeLane(this.#options.lane)
  }

  #drain(assigned: Assigned, max: number, into: FetchedBatch[]): number {
    let count = 0
    try {
      while (assigned.buffer !== null && count < max) {
        const batch = assigned.buffer.take(max - count)
        assigned.position = assigned.buffer.position
        if (batch === null) assigned.buffer = null
        else into.push(batch)
        count += batch?.length ?? 0
      }
    } catch (error) {
      assigned.buffer = null
      if (into.length === 0) throw error
    }
    return count
  }

  async #fetchFrom(node: number, wanted: readonly Wanted[]): Promise<void> {
    const { settings, lane, notify } = this.#options
    this.#busy.add(node)
    try {
      const body = fetchRequest(wanted, settings)
      const answer = await this.#cluster.call(FETCH, body, { node, lane, waitMs: settings.maxWaitMs })
      if (answer.error !== 0) throw brokerError(answer.error, `fetch from broker ${node}`)
      const asked = new Map(wanted.map((one) => [nameOf(one), one]))
      const troubles = answer.partitions.filter((fetched) => this.#arrived(fetched, asked.get(nameOf(fetched))))
      this.#busy.delete(node)
      if (troubles.length > 0) this.#later()
      else this.#ailing.mended('Fetching works again')
      notify()
      this.fetch()
    } catch (error) {
      this.#busy.delete(node)
      if (this.#isClosed) return
      if (error instanceof RetriableError) this.#ailing.tell(error.message)
      else this.#failure = error
      this.#resting.add(node)
      this.#later()
      if (this.#failure !== null) notify()
    }
  }

  /** Keeps what was fetched, unless it is no longer wanted. True: the leader has to be found anew. */
  #arrived(fetched: FetchedPartition, asked: Wanted | undefined): boolean {
    const at = this.#assigned.get(nameOf(fetched))
    if (asked === undefined || at !== asked.from || at.position !== asked.offset || at.buffer !== null) return false
    if (fetched.error === CODE.none) {
      if (fetched.bytes.length > 0) at.buffer = new FetchBuffer(fetched, asked.offset)
      return false
    }
    if (fetched.error === CODE.offsetOutOfRange) {
      this.#cluster.log.warn(`${nameOf(at)}@${asked.offset}: the offset is out of range`)
      at.position = null
      this.#options.outOfRange({ topic: at.topic, partition: at.partition })
      return false
    }
    at.isResting = true
    if (isRetriableCode(fetched.error)) this.#ailing.tell(`${nameOf(at)}: ${meaningOf(fetched.error)}`)
    else this.#failure = brokerError(fetched.error, nameOf(at))
    return true
  }

  /** Fetches again after a pause and with fresh metadata. */
  #later(): void {
    if (this.#retry !== null || this.#isClosed) return
    this.#retry = setTimeout(() => {
      const topics = [...new Set([...this.#assigned.values()].map(({ topic }) => topic))]
      this.#cluster
        .refresh(topics)
        .catch((error: unknown) => this.#ailing.tell(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          this.#retry = null
          this.#resting.clear()
          for (const one of this.#assigned.values()) one.isResting = false
          this.fetch()
        })
        .catch(() => undefined)
    }, this.#cluster.backoffMs * 2)
  }
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
