// The embedded log in the process that owns the folder: topics, groups, and readers that wait without touching the disk.
import { StateError, type TopicPartition } from '@rowbridge/api'
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
import { CommittedOffsets } from './committed-offsets.js'
import { Group } from './group.js'
import type { Partition } from './partition.js'
import { INTERNAL_TOPIC, unknownTopic, type Topics } from './topics.js'

interface Wanted {
  readonly position: TopicOffset
  readonly partition: Partition
}

export class LocalBroker implements Broker {
  readonly #clusterId: string
  readonly #topics: Topics
  readonly #committed: CommittedOffsets
  readonly #groups = new Map<string, Group>()

  constructor(clusterId: string, topics: Topics) {
    this.#clusterId = clusterId
    this.#topics = topics
    this.#committed = new CommittedOffsets(topics)
    topics.onChange(() => {
      for (const group of this.#groups.values()) group.topicsChanged()
    })
  }

  clusterId(): Promise<string> {
    return Promise.resolve(this.#clusterId)
  }

  topics(): Promise<readonly TopicDescription[]> {
    return Promise.resolve(this.#topics.list())
  }

  describe(topic: string): Promise<TopicDescription | null> {
    return Promise.resolve(this.#topics.describe(topic))
  }

  async topicConfig(topic: string): Promise<Readonly<Record<string, string>>> {
    await Promise.resolve()
    return this.#topics.config(topic)
  }

  async demand(topic: string): Promise<TopicDescription> {
    await Promise.resolve()
    return this.#topics.demand(topic)
  }

  async createTopic(spec: TopicSpec): Promise<boolean> {
    await Promise.resolve()
    return this.#topics.create(spec)
  }

  async deleteTopic(topic: string): Promise<void> {
    refuseInternal(topic)
    await this.#topics.delete(topic)
    await this.#committed.forgetTopic(topic)
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const description = this.#topics.describe(topic)
    if (description === null) throw unknownTopic(topic)
    const numbers = Array.from({ length: description.partitions }, (_, partition) => partition)
    return Promise.all(
      numbers.map(async (number) => {
        const partition = await this.#topics.partition(topic, number)
        return { partition: number, earliest: partition.startOffset, latest: partition.endOffset }
      }),
    )
  }

  async append({ topic, partition }: TopicPartition, batches: Buffer): Promise<number> {
    refuseInternal(topic)
    return (await this.#topics.partition(topic, partition)).append(batches)
  }

  async fetch(request: FetchRequest, signal: AbortSignal): Promise<readonly FetchedBytes[]> {
    const deadline = performance.now() + request.waitMs
    for (;;) {
      const wanted = await this.#wanted(request.positions)
      const heard = listen(wanted, signal)
      try {
        const fetched = await read(wanted, request)
        const left = deadline - performance.now()
        if (fetched.length > 0 || left <= 0 || signal.aborted) return fetched
        await heard.within(left)
      } finally {
        heard.stop()
      }
    }
  }

  async join(request: JoinRequest): Promise<string> {
    await Promise.resolve()
    const { groupId } = request
    let group = this.#groups.get(groupId)
    if (group === undefined) this.#groups.set(groupId, (group = new Group(groupId, () => this.#topics.list())))
    return group.join(request)
  }

  async assignment(groupId: string, memberId: string, signal: AbortSignal): Promise<Assignment | null> {
    for (;;) {
      const group = this.#groupOf(groupId)
      const assignment = group.assignmentOf(memberId)
      if (assignment !== null || signal.aborted) return assignment
      await group.change(memberId, signal)
    }
  }

  async rebalance(member: Membership, signal: AbortSignal): Promise<void> {
    for (;;) {
      const group = this.#groups.get(member.groupId)
      if (signal.aborted || group === undefined || group.mustJoinAgain(member)) return
      await group.change(member.memberId, signal)
    }
  }

  leave(groupId: string, memberId: string): Promise<void> {
    const group = this.#groups.get(groupId)
    group?.leave(memberId)
    if (group?.isEmpty) this.#groups.delete(groupId)
    return Promise.resolve()
  }

  async commit(member: Membership, offsets: readonly TopicOffset[]): Promise<void> {
    this.#groupOf(member.groupId).checkCommit(member, offsets)
    await this.#committed.write(member.groupId, offsets)
  }

  committed(groupId: string): Promise<readonly TopicOffset[]> {
    return this.#committed.of(groupId)
  }

  async alterCommitted(groupId: string, offsets: readonly AlteredOffset[]): Promise<void> {
    this.#refuseMembers(groupId)
    for (const { topic, partition, offset } of offsets) {
      if (offset !== null) await this.#topics.partition(topic, partition)
    }
    this.#refuseMembers(groupId)
    await this.#committed.write(groupId, offsets)
  }

  async deleteGroup(groupId: string): Promise<void> {
    this.#refuseMembers(groupId)
    const offsets = await this.#committed.of(groupId)
    await this.#committed.write(
      groupId,
      offsets.map((offset) => ({ ...offset, offset: null })),
    )
  }

  async #wanted(positions: readonly TopicOffset[]): Promise<Wanted[]> {
    const wanted: Wanted[] = []
    for (const position of positions) {
      // A topic that is being deleted: the group hears of it by its rebalance.
      if (this.#topics.describe(position.topic) === null) continue
      wanted.push({ position, partition: await this.#topics.partition(position.topic, position.partition) })
    }
    return wanted
  }

  #groupOf(groupId: string): Group {
    const group = this.#groups.get(groupId)
    if (group !== undefined) return group
    throw new StateError('not-a-member', `The group ${groupId} has no members`)
  }

  #refuseMembers(groupId: string): void {
    if (!this.#groups.has(groupId)) return
    throw new StateError('group-in-use', `The group ${groupId} has members`, { hint: 'Stop its consumers first.' })
  }
}

/** What is there now, within the bounds of the request; positions outside the log are told with no bytes. */
async function read(wanted: readonly Wanted[], request: FetchRequest): Promise<FetchedBytes[]> {
  const fetched: FetchedBytes[] = []
  let left = request.maxBytes
  for (const { position, partition } of wanted) {
    if (left <= 0) break
    const { topic, partition: number, offset } = position
    const isOutside = offset < partition.startOffset || offset > partition.endOffset
    if (!isOutside && offset === partition.endOffset) continue
    const bytes = isOutside ? Buffer.alloc(0) : await partition.read(offset, Math.min(left, request.maxPartitionBytes))
    const { startOffset, endOffset } = partition
    if (bytes.length > 0 || isOutside) fetched.push({ topic, partition: number, startOffset, endOffset, bytes })
    left -= bytes.length
  }
  return fetched
}

/** Hears of appends from now on, so that none between reading and waiting is missed. */
function listen(wanted: readonly Wanted[], signal: AbortSignal) {
  const { promise: heard, resolve: hear } = deferred()
  const stops = wanted.map(({ partition }) => partition.onAppend(hear))
  signal.addEventListener('abort', hear, { once: true })
  let timer: NodeJS.Timeout | null = null
  return {
    within: (ms: number) => {
      timer = setTimeout(hear, ms)
      return heard
    },
    stop: () => {
      for (const stop of stops) stop()
      signal.removeEventListener('abort', hear)
      if (timer !== null) clearTimeout(timer)
    },
  }
}

function deferred() {
  let resolve: () => void = nothing
  const promise = new Promise<void>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve: () => resolve() }
}

const nothing = () => undefined

function refuseInternal(topic: string): void {
  if (topic !== INTERNAL_TOPIC) return
  throw new StateError('internal-topic', `${topic} belongs to the log itself`, { hint: 'Choose another topic.' })
}
