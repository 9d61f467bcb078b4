// The requests of groups and of administration, each in one fixed version that brokers from 2.4 on understand.
import type { TopicOffset, TopicSpec } from './port.js'
import { byTopic, grouped, type Api, type Node, type PartitionAnswer } from './requests.js'
import { Writer, type Reader } from './wire.js'

interface ErrorAnswer {
  readonly error: number
}

const errorAfterThrottle: Api<ErrorAnswer>['decode'] = (r) => {
  r.i32()
  return { error: r.i16() }
}

export const FIND_COORDINATOR: Api<ErrorAnswer & { readonly node: Node }> = {
  key: 10,
  version: 1,
  name: 'FindCoordinator',
  decode: (r) => {
    r.i32()
    const error = r.i16()
    r.nullableString()
    return { error, node: { id: r.i32(), host: r.string(), port: r.i32() } }
  },
}

export function findCoordinatorRequest(groupId: string): Writer {
  return new Writer().string(groupId).i8(0)
}

export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface Joined extends ErrorAnswer {
  readonly generation: number
  readonly protocol: string
  readonly leader: string
  readonly memberId: string
  /** All members, to the leader only. */
  readonly members: readonly { readonly id: string; readonly metadata: Buffer }[]
}

export const JOIN_GROUP: Api<Joined> = {
  key: 11,
  version: 5,
  name: 'JoinGroup',
  decode: (r) => {
    r.i32()
    const [error, generation, protocol, leader, memberId] = [r.i16(), r.i32(), r.string(), r.string(), r.string()]
    const members = r.array(() => {
      const id = r.string()
      r.nullableString()
      return { id, metadata: r.bytes() }
    })
    return { error, generation, protocol, leader, memberId, members }
  },
}

export interface JoinRequest {
  readonly groupId: string
  readonly memberId: string
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

export function joinGroupRequest(join: JoinRequest): Writer {
  const w = new Writer().string(join.groupId).i32(join.sessionTimeoutMs).i32(join.rebalanceTimeoutMs)
  w.string(join.memberId).string(null).string(join.protocolType)
  return w.array(join.protocols, ({ name, metadata }) => w.string(name).bytes(metadata))
}

export interface MemberRef {
  readonly groupId: string
  readonly generation: number
  readonly memberId: string
}

export const SYNC_GROUP: Api<ErrorAnswer & { readonly assignment: Buffer }> = {
  key: 14,
  version: 3,
  name: 'SyncGroup',
  decode: (r) => ({ ...errorAfterThrottle(r), assignment: r.bytes() }),
}

export function syncGroupRequest(member: MemberRef, assignments: ReadonlyMap<string, Uint8Array>): Writer {
  const w = memberRequest(member).string(null)
  return w.array([...assignments], ([id, bytes]) => w.string(id).bytes(bytes))
}

export const HEARTBEAT: Api<ErrorAnswer> = { key: 12, version: 3, name: 'Heartbeat', decode: errorAfterThrottle }

export function heartbeatRequest(member: MemberRef): Writer {
  return memberRequest(member).string(null)
}

export const LEAVE_GROUP: Api<ErrorAnswer> = { key: 13, version: 1, name: 'LeaveGroup', decode: errorAfterThrottle }

export function leaveGroupRequest(member: MemberRef): Writer {
  return new Writer().string(member.groupId).string(member.memberId)
}

export const OFFSET_COMMIT: Api<readonly PartitionAnswer[]> = {
  key: 8,
  version: 5,
  name: 'OffsetCommit',
  decode: (r) => {
    r.i32()
    return byTopic(r, (topic) => ({ topic, partition: r.i32(), error: r.i16() }))
  },
}

export function offsetCommitRequest(member: MemberRef, offsets: readonly TopicOffset[]): Writer {
  const w = memberRequest(member)
  return w.array(grouped(offsets), ([topic, parts]) => {
    w.string(topic).array(parts, (part) => w.i32(part.partition).i64(part.offset).string(''))
  })
}

function memberRequest(member: MemberRef): Writer {
  return new Writer().string(member.groupId).i32(member.generation).string(member.memberId)
}

export const OFFSET_FETCH: Api<ErrorAnswer & { readonly offsets: readonly (TopicOffset & PartitionAnswer)[] }> = {
  key: 9,
  version: 4,
  name: 'OffsetFetch',
  decode: (r) => {
    r.i32()
    const offsets = byTopic(r, (topic) => {
      const [partition, offset] = [r.i32(), r.i64()]
      r.nullableString()
      return { topic, partition, offset, error: r.i16() }
    })
    return { offsets, error: r.i16() }
  },
}

/** Partitions null: all that the group has. */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly { readonly topic: string; readonly partition: number }[] | null,
): Writer {
  const w = new Writer().string(groupId)
  return w.array(partitions === null ? null : grouped(partitions), ([topic, parts]) => {
    w.string(topic).array(parts, (part) => w.i32(part.partition))
  })
}

interface NamedAnswer extends ErrorAnswer {
  readonly name: string
  readonly message: string | null
}

export const CREATE_TOPICS: Api<readonly NamedAnswer[]> = {
  key: 19,
  version: 4,
  name: 'CreateTopics',
  decode: (r) => {
    r.i32()
    return r.array(() => ({ name: r.string(), error: r.i16(), message: r.nullableString() }))
  },
}

export function createTopicRequest(spec: TopicSpec, timeoutMs: number): Writer {
  const w = new Writer().i32(1).string(spec.topic).i32(spec.partitions).i16(spec.replicationFactor).i32(0)
  w.array(Object.entries(spec.config ?? {}), ([key, value]) => w.string(key).string(value))
  return w.i32(timeoutMs).i8(0)
}

export interface DescribedConfig extends ErrorAnswer {
  readonly message: string | null
  readonly settings: readonly { readonly name: string; readonly value: string | null }[]
}

export const DESCRIBE_CONFIGS: Api<readonly DescribedConfig[]> = {
  key: 32,
  version: 1,
  name: 'DescribeConfigs',
  decode: (r) => {
    r.i32()
    return r.array(() => {
      const [error, message] = [r.i16(), r.nullableString()]
      r.i8()
      r.string()
      return { error, message, settings: r.array(() => describedSetting(r)) }
    })
  },
}

function describedSetting(r: Reader): DescribedConfig['settings'][number] {
  const setting = { name: r.string(), value: r.nullableString() }
  for (let flag = 0; flag < 3; flag++) r.i8()
  r.array(() => {
    r.string()
    r.nullableString()
    r.i8()
  })
  return setting
}

const TOPIC_RESOURCE = 2

/** All settings of a topic. */
export function describeConfigsRequest(topic: string): Writer {
  return new Writer().i32(1).i8(TOPIC_RESOURCE).string(topic).i32(-1).i8(0)
}

export const DELETE_TOPICS: Api<readonly NamedAnswer[]> = {
  key: 20,
  version: 1,
  name: 'DeleteTopics',
  decode: (r) => {
    r.i32()
    return r.array(() => ({ name: r.string(), error: r.i16(), message: null }))
  },
}

export function deleteTopicRequest(topic: string, timeoutMs: number): Writer {
  return new Writer().i32(1).string(topic).i32(timeoutMs)
}

export const DELETE_GROUPS: Api<readonly NamedAnswer[]> = {
  ...DELETE_TOPICS,
  key: 42,
  version: 0,
  name: 'DeleteGroups',
}

export function deleteGroupRequest(groupId: string): Writer {
  return new Writer().i32(1).string(groupId)
}

export const OFFSET_DELETE: Api<ErrorAnswer & { readonly partitions: readonly PartitionAnswer[] }> = {
  key: 47,
  version: 0,
  name: 'OffsetDelete',
  decode: (r) => {
    const error = r.i16()
    r.i32()
    return { error, partitions: byTopic(r, (topic) => ({ topic, partition: r.i32(), error: r.i16() })) }
  },
}

export function offsetDeleteRequest(
  groupId: string,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Writer {
  return offsetFetchRequest(groupId, partitions)
}
