// Offsets changed on request, for whichever herder: those of a source in the offset store, those of a sink in its consumer
// group. The connector is asked first and may refuse.
import { StateError, type ConnectorPlugin, type Json, type Props, type TopicPartition } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { groupOf } from './client-props.js'
import type { OffsetChange, TargetState } from './herder.js'
import type { OffsetStore } from './stores/offset.js'

export interface OffsetOwner {
  readonly name: string
  readonly props: Props
  readonly plugin: ConnectorPlugin
  readonly offsets: OffsetStore
  readonly admin: Admin
}

type GroupOffset = TopicPartition & { readonly offset: number | null }

export function requireStopped(name: string, target: TargetState | undefined, tasks: number): void {
  if (target === 'STOPPED' && tasks === 0) return
  const how = `This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`
  throw new StateError(
    'not-stopped',
    `Connectors must be in the STOPPED state before their offsets can be modified. ${how}`,
  )
}

/** Changes these offsets, or resets all (null); whether the connector says that it has done its part. */
export function changeOffsets(owner: OffsetOwner, changes: readonly OffsetChange[] | null): Promise<boolean> {
  return owner.plugin.type === 'source' ? changeSource(owner, changes) : changeSink(owner, changes)
}

async function changeSource(owner: OffsetOwner, changes: readonly OffsetChange[] | null): Promise<boolean> {
  const { name, offsets } = owner
  const wanted = changes ?? offsets.all(name).map(({ partition }) => ({ partition, offset: null }))
  const isDone = await ask(owner, wanted)
  // Nobody can ask for the offset of no partition.
  const stored = wanted.filter(({ partition }) => partition !== null)
  if (stored.length > 0) {
    await offsets.write(
      name,
      stored.map(({ partition, offset }) => [partition, offset] as const),
    )
  }
  return isDone
}

async function changeSink(owner: OffsetOwner, changes: readonly OffsetChange[] | null): Promise<boolean> {
  const { name, props, admin } = owner
  const group = groupOf(name, props)
  const wanted = changes === null ? null : changes.map(groupOffset)
  const current = wanted ?? (await admin.committed(group)).map((committed) => ({ ...committed, offset: null }))
  const isDone = await ask(
    owner,
    current.map(({ topic, partition, offset }) => ({
      partition: { kafka_topic: topic, kafka_partition: partition },
      offset: offset === null ? null : { kafka_offset: offset },
    })),
  )
  try {
    if (wanted === null) await admin.deleteGroup(group)
    else await admin.alterCommitted(group, wanted)
  } catch (error) {
    throw inUse(error, name, wanted === null ? 'reset' : 'alter')
  }
  return isDone
}

async function ask({ plugin, props }: OffsetOwner, changes: readonly OffsetChange[]): Promise<boolean> {
  const connector = await plugin.connector()
  return (await connector.alterOffsets?.(props, changes)) ?? false
}

function inUse(error: unknown, name: string, verb: string): unknown {
  if (!(error instanceof StateError) || error.code !== 'group-in-use') return error
  const reason =
    "either because its tasks haven't stopped completely yet or the consumer group is otherwise in use by another member"
  return new StateError(
    'offsets-in-use',
    `Failed to ${verb} consumer group offsets for connector ${name} ${reason}. Try again in a moment.`,
    { cause: error },
  )
}

function groupOffset({ partition, offset }: OffsetChange): GroupOffset {
  const at = membersOf(partition)
  if (at === null) throw bad('The partition for a sink connector offset cannot be null or missing')
  if (!('kafka_topic' in at) || !('kafka_partition' in at)) {
    throw bad("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
  }
  const { kafka_topic: topic, kafka_partition: number } = at
  if (typeof topic !== 'string') throw bad("'kafka_topic' must be the name of a topic and not null")
  if (number === null || number === undefined) throw bad("'kafka_partition' must be a number and not null")
  return { topic, partition: wholeOf(number, 'kafka_partition'), offset: positionOf(offset) }
}

function positionOf(offset: Json): number | null {
  if (offset === null) return null
  const members = membersOf(offset)
  if (members === null || !('kafka_offset' in members)) {
    throw bad("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
  }
  return wholeOf(members['kafka_offset'] ?? null, 'kafka_offset')
}

function wholeOf(value: Json, key: string): number {
  const text = typeof value === 'object' || typeof value === 'boolean' ? '' : String(value).trim()
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw bad(`'${key}' must be an integer from 0 on`)
}

function membersOf(value: Json): { readonly [key: string]: Json } | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : null
}

function bad(message: string): StateError {
  return new StateError('bad-offsets', message)
}
