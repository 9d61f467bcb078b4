// What clients ask of the embedded log, in the process that owns the folder or over its socket. All arguments are plain data.
import type { TopicPartition } from '@rowbridge/api'
import type { PartitionOffsets, TopicDescription, TopicOffset, TopicSpec } from '../port.js'

export interface FetchRequest {
  readonly positions: readonly TopicOffset[]
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  /** How long to wait for the first record. */
  readonly waitMs: number
}

/** Whole record batches of one partition, perhaps beginning before the offset asked for. */
export interface FetchedBytes extends TopicPartition {
  readonly startOffset: number
  readonly endOffset: number
  readonly bytes: Buffer
}

/** What a member wants to read. */
export interface Subscription {
  readonly topics: readonly string[]
  /** Source and flags of an expression for whole names; null: only `topics`. */
  readonly pattern: readonly [string, string] | null
}

export interface JoinRequest {
  readonly groupId: string
  /** Null: a new member. */
  readonly memberId: string | null
  readonly subscription: Subscription
  /** How long others wait for this member when all have to join again. */
  readonly rebalanceTimeoutMs: number
  /** The group is this member's own and nothing can be committed to it. */
  readonly isPrivate: boolean
}

export interface Membership {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
}

export interface Assignment {
  readonly generation: number
  readonly partitions: readonly TopicPartition[]
}

export type AlteredOffset = TopicPartition & { readonly offset: number | null }

export interface Broker {
  clusterId(): Promise<string>
  topics(): Promise<readonly TopicDescription[]>
  describe(topic: string): Promise<TopicDescription | null>
  topicConfig(topic: string): Promise<Readonly<Record<string, string>>>
  /** The topic, made when there is none and the log may make it. */
  demand(topic: string): Promise<TopicDescription>
  createTopic(spec: TopicSpec): Promise<boolean>
  deleteTopic(topic: string): Promise<void>
  offsets(topic: string): Promise<readonly PartitionOffsets[]>
  append(to: TopicPartition, batches: Buffer): Promise<number>
  /** Waits for the first record behind one of the positions; an aborted wait gives nothing. */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<readonly FetchedBytes[]>
  /** Takes the member into the next generation; its id. */
  join(request: JoinRequest): Promise<string>
  /** The member's partitions, once all have joined. Null when the wait was aborted. */
  assignment(groupId: string, memberId: string, signal: AbortSignal): Promise<Assignment | null>
  /** Resolves when the member has to join again, or the wait was aborted. */
  rebalance(member: Membership, signal: AbortSignal): Promise<void>
  leave(groupId: string, memberId: string): Promise<void>
  commit(member: Membership, offsets: readonly TopicOffset[]): Promise<void>
  committed(groupId: string): Promise<readonly TopicOffset[]>
  alterCommitted(groupId: string, offsets: readonly AlteredOffset[]): Promise<void>
  deleteGroup(groupId: string): Promise<void>
}
