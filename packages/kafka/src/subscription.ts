// The topics a consumer wants, by name or expression, looked up again and again so that later ones are noticed.
import type { Cluster } from './cluster.js'
import { brokerError, isRetriableCode } from './network-errors.js'

/** Pause between two looks while a topic is missing: who waits for it wants its first records soon. */
const MISSING_MS = 1000

export class Subscription {
  readonly #cluster: Cluster
  readonly #names: readonly string[] | null
  readonly #pattern: RegExp | null
  readonly #onChange: () => void
  readonly #told = new Set<string>()
  #partitions = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(cluster: Cluster, topics: readonly string[] | RegExp, onChange: () => void) {
    this.#cluster = cluster
    this.#names = topics instanceof RegExp ? null : topics
    this.#pattern =
      topics instanceof RegExp ? new RegExp(`^(?:${topics.source})$`, topics.flags.replace(/[gy]/g, '')) : null
    this.#onChange = onChange
  }

  /** Number of partitions by topic, of those that exist now. */
  get partitions(): ReadonlyMap<string, number> {
    return this.#partitions
  }

  /** What the member tells its group: all names, or those that match now. */
  get topics(): string[] {
    return [...(this.#names ?? this.#partitions.keys())]
  }

  watch(everyMs: number): void {
    const isMissing = this.#names?.some((topic) => !this.#partitions.has(topic)) ?? false
    this.#timer = setTimeout(
      () => {
        void this.refresh()
          .catch((error: unknown) => this.#cluster.log.debug(`topics: ${String(error)}`))
          .finally(() => {
            if (this.#timer !== null) this.watch(everyMs)
          })
      },
      isMissing ? Math.min(everyMs, MISSING_MS) : everyMs,
    )
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Looks the topics up; tells when they have changed. */
  async refresh(): Promise<void> {
    const { topics } = await this.#cluster.refresh(this.#names, this.#names !== null)
    const found = new Map<string, number>()
    for (const { topic, error, isInternal, leaders } of topics) {
      if (this.#pattern !== null && (isInternal || !this.#pattern.test(topic))) continue
      if (error !== 0 && !isRetriableCode(error)) throw brokerError(error, `topic ${topic}`)
      if (error === 0 || leaders.length > 0) found.set(topic, leaders.length)
      else this.#tellMissing(topic)
    }
    const before = this.#partitions
    this.#partitions = found
    if (found.size !== before.size || [...found].some(([topic, count]) => before.get(topic) !== count)) this.#onChange()
  }

  /** How many partitions a topic has, also one that only other members of the group want. */
  async countOf(topics: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const wanted = [...topics]
    const metadata = await this.#cluster.refresh(wanted)
    const counts = metadata.topics.map(({ topic, leaders }) => [topic, leaders.length] as const)
    return new Map(counts)
  }

  #tellMissing(topic: string): void {
    if (this.#told.has(topic)) return
    this.#told.add(topic)
    this.#cluster.log.warn(`Topic ${topic} does not exist yet; it is read from when it appears`)
  }
}
