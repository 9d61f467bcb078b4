// The one port through which everything reaches a log. Behind it stand Kafka over the network and the embedded log;
// both pass the same conformance suite.
import type { ByteColumn, TopicPartition } from '@rowbridge/api'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Records for one topic, as bytes. */
export interface ProduceBatch {
  readonly topic: string
  /** Null: by key as Kafka's default partitioner does (murmur2), without keys the whole batch to one partition. */
  readonly partition: number | null
  readonly length: number
  readonly keys: ByteColumn | null
  readonly values: ByteColumn
  /** Milliseconds since 1970; null: now. */
  readonly timestamps: readonly (number | null)[] | null
  readonly headers: readonly (readonly RecordHeader[])[] | null
}

export interface Producer {
  /**
   * Resolves when the log holds all of the batch durably. Calls to one partition keep their order, several may be open.
   * Splits what is larger than one request. Throws RetriableError when the same batch may be sent again, DataError for a
   * record that is too large, StateError for what will not mend by itself (unknown topic, not authorized).
   */
  send(batch: ProduceBatch): Promise<void>
  /** Waits for open sends, at most `timeoutMs`. */
  close(timeoutMs?: number): Promise<void>
}

export interface ProducerOptions {
  readonly clientId: string
  /** Properties of a Java producer (`compression.type`, `linger.ms`, …); what means nothing here is ignored. */
  readonly props?: Readonly<Record<string, string>>
}

/** Records of one partition, in order. Keys and values lie in the buffer that was fetched. */
export interface FetchedBatch {
  readonly topic: string
  readonly partition: number
  readonly length: number
  readonly offsets: readonly number[]
  readonly timestamps: readonly number[]
  readonly keys: ByteColumn
  readonly values: ByteColumn
  /** Null when no record has any. */
  readonly headers: readonly (readonly RecordHeader[])[] | null
  /** Offset that the next record of the partition will get, when this was fetched. */
  readonly endOffset: number
}

export interface TopicOffset extends TopicPartition {
  /** The next offset to read. */
  readonly offset: number
}

export interface ConsumerOptions {
  readonly clientId: string
  /** Null: no group; all partitions of `topics` belong to this consumer and nothing can be committed. */
  readonly groupId: string | null
  /** Names, or an expression that a whole topic name has to match; topics that appear later are noticed. */
  readonly topics: readonly string[] | RegExp
  /** Where to start in a partition without a committed offset. */
  readonly start: 'earliest' | 'latest'
  /** Properties of a Java consumer (`fetch.min.bytes`, `max.poll.records`, `session.timeout.ms`, …). */
  readonly props?: Readonly<Record<string, string>>
  /** Awaited before the first poll that may return records of them. */
  readonly assigned?: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Awaited before another member gets them; offsets may still be committed inside. */
  readonly revoked?: (partitions: readonly TopicPartition[]) => Promise<void>
}

export interface Consumer {
  /** Joins the group. */
  start(): Promise<void>
  /**
   * The next records in order, [] when `timeoutMs` passed without any. Heartbeats go on between polls.
   * Each record is returned once per assignment unless `seek` goes back.
   */
  poll(timeoutMs: number): Promise<readonly FetchedBatch[]>
  commit(offsets: readonly TopicOffset[]): Promise<void>
  seek(position: TopicOffset): void
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  assignment(): readonly TopicPartition[]
  /** Where reading goes on in each partition that has a position; past what holds no records for us. */
  positions(): readonly TopicOffset[]
  /** Ends a waiting poll at once. */
  wakeUp(): void
  close(): Promise<void>
}

export interface TopicSpec {
  readonly topic: string
  /** -1: the broker's default. */
  readonly partitions: number
  readonly replicationFactor: number
  readonly config?: Readonly<Record<string, string>>
}

export interface TopicDescription {
  readonly topic: string
  readonly partitions: number
  readonly isInternal: boolean
}

export interface PartitionOffsets {
  readonly partition: number
  readonly earliest: number
  /** Offset that the next record will get. */
  readonly latest: number
}

export interface Admin {
  clusterId(): Promise<string | null>
  topics(): Promise<readonly TopicDescription[]>
  /** Null when there is no such topic. */
  describe(topic: string): Promise<TopicDescription | null>
  /** The settings in effect by name; throws StateError when there is no such topic. */
  topicConfig(topic: string): Promise<Readonly<Record<string, string>>>
  /** True when this call made it, false when it was there. */
  createTopic(spec: TopicSpec): Promise<boolean>
  deleteTopic(topic: string): Promise<void>
  offsets(topic: string): Promise<readonly PartitionOffsets[]>
  committed(groupId: string): Promise<readonly TopicOffset[]>
  /** Sets the offsets of a group that has no members; null removes. */
  alterCommitted(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void>
  deleteGroup(groupId: string): Promise<void>
  close(): Promise<void>
}

/** What one member offers: the name of a way to share the work, and what it tells the others about itself. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface MemberOptions {
  readonly clientId: string
  readonly groupId: string
  /** What the group shares: `connect` for the work of Kafka Connect's workers. */
  readonly protocolType: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  /** Asked at each join, the preferred one first. */
  readonly protocols: () => Promise<readonly MemberProtocol[]>
  /** Asked of the leader: each member's assignment. */
  readonly assign: (joined: JoinedGroup) => Promise<ReadonlyMap<string, Uint8Array>>
  /** The group rebalances or has forgotten this member: `needsJoin` is true now. */
  readonly onRebalance: () => void
}

/** A group as its leader sees it at a join. */
export interface JoinedGroup {
  readonly generation: number
  /** The name that all members offer and most prefer. */
  readonly protocol: string
  readonly leader: string
  readonly memberId: string
  readonly members: readonly { readonly id: string; readonly metadata: Buffer }[]
}

/** A member of a group that shares something else than partitions. */
export interface Member {
  readonly needsJoin: boolean
  /** Empty before the first join. */
  readonly memberId: string
  /** -1 while the group does not know this member. */
  readonly generation: number
  /** When the group last answered, in milliseconds since 1970; 0: never. */
  readonly heardAt: number
  /** Takes part in a rebalance and resolves with this member's assignment; waits for the other members. */
  join(): Promise<{ readonly protocol: string; readonly assignment: Buffer }>
  /** Asks for a rebalance. */
  rejoin(): void
  /** Leaves, as far as the group can be reached within `timeoutMs`. */
  leave(timeoutMs: number): Promise<void>
}

/** A log: a Kafka cluster, or a folder on this machine. */
export interface Kafka {
  producer(options: ProducerOptions): Producer
  consumer(options: ConsumerOptions): Consumer
  admin(clientId: string): Admin
  /** Throws StateError where the log has no such groups. */
  member(options: MemberOptions): Member
  close(): Promise<void>
}
