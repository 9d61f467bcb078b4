// What groups have committed: a fold over a compacted topic of its own, in memory and on disk.
import { byteColumn, bytesAt } from '@rowbridge/api'
import type { TopicOffset } from '../port.js'
import { readBatchHeader, readRecords } from '../record-batch-reader.js'
import { writeRecordBatch } from '../record-batch.js'
import type { AlteredOffset } from './broker.js'
import type { Partition } from './partition.js'
import { INTERNAL_TOPIC, type Topics } from './topics.js'

interface OffsetKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

export class CommittedOffsets {
  readonly #topics: Topics
  readonly #groups = new Map<string, Map<string, TopicOffset>>()
  #loading: Promise<Partition> | null = null

  constructor(topics: Topics) {
    this.#topics = topics
  }

  async of(groupId: string): Promise<TopicOffset[]> {
    await this.#load()
    return [...(this.#groups.get(groupId)?.values() ?? [])]
  }

  /** Resolves when they are durable. */
  async write(groupId: string, offsets: readonly AlteredOffset[]): Promise<void> {
    const partition = await this.#load()
    if (offsets.length === 0) return
    await partition.append(encoded(groupId, offsets))
    for (const offset of offsets) this.#apply(groupId, offset)
  }

  /** Forgets what all groups committed for a topic that is gone. */
  async forgetTopic(topic: string): Promise<void> {
    await this.#load()
    for (const [groupId, offsets] of this.#groups) {
      const gone = [...offsets.values()].filter((offset) => offset.topic === topic)
      await this.write(
        groupId,
        gone.map(({ partition }) => ({ topic, partition, offset: null })),
      )
    }
  }

  #load(): Promise<Partition> {
    this.#loading ??= this.#read().catch((error: unknown) => {
      this.#loading = null
      throw error
    })
    return this.#loading
  }

  async #read(): Promise<Partition> {
    this.#topics.create({
      topic: INTERNAL_TOPIC,
      partitions: 1,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact' },
    })
    const partition = await this.#topics.partition(INTERNAL_TOPIC, 0)
    this.#groups.clear()
    for (let offset = partition.startOffset; offset < partition.endOffset;) {
      const bytes = await partition.read(offset, 1 << 20)
      if (bytes.length === 0) break
      offset = this.#fold(bytes, offset)
    }
    return partition
  }

  /** Takes in whole batches; the offset behind them. */
  #fold(bytes: Buffer, from: number): number {
    let offset = from
    for (let at = 0; at < bytes.length;) {
      const header = readBatchHeader(bytes, at, INTERNAL_TOPIC)
      if (header === null) break
      const records = readRecords(bytes, at, header, { from, where: INTERNAL_TOPIC, checksum: false })
      for (let i = 0; i < records.length; i++) {
        const { group, topic, partition } = JSON.parse(textAt(bytesAt(records.keys, i))) as OffsetKey
        const value = bytesAt(records.values, i)
        const committed = value === null ? null : (JSON.parse(textAt(value)) as { offset: number }).offset
        this.#apply(group, { topic, partition, offset: committed })
      }
      offset = header.lastOffset + 1
      at += header.size
    }
    return offset
  }

  #apply(groupId: string, { topic, partition, offset }: AlteredOffset): void {
    let offsets = this.#groups.get(groupId)
    if (offsets === undefined) this.#groups.set(groupId, (offsets = new Map<string, TopicOffset>()))
    if (offset === null) offsets.delete(`${topic}-${partition}`)
    else offsets.set(`${topic}-${partition}`, { topic, partition, offset })
    if (offsets.size === 0) this.#groups.delete(groupId)
  }
}

function encoded(group: string, offsets: readonly AlteredOffset[]): Buffer {
  const batch = {
    topic: INTERNAL_TOPIC,
    partition: 0,
    length: offsets.length,
    keys: byteColumn(offsets.map(({ topic, partition }) => Buffer.from(JSON.stringify({ group, topic, partition })))),
    values: byteColumn(offsets.map(({ offset }) => (offset === null ? null : Buffer.from(JSON.stringify({ offset }))))),
    timestamps: null,
    headers: null,
  }
  return writeRecordBatch({ batch, rows: null, from: 0, to: offsets.length }, { codec: 'none', now: Date.now() })
}

const textAt = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString()
