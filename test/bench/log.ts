// The log of a bench, Kafka or a folder on this machine, past all code under test but the port: topics made, read, deleted.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesAt, type ByteColumn } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { server } from '@rowbridge/testkit'
import type { Outcome } from './measure.js'
import { Checksum, type Order } from './orders.js'
import { plainOrder, type PlainPayload } from './plain.js'
import { quiet } from './worker.js'

export interface BenchLog extends AsyncDisposable {
  /** Value of `bootstrap.servers`. */
  readonly servers: string
  readonly isEmbedded: boolean
}

export async function openLog(isEmbedded: boolean): Promise<BenchLog> {
  if (!isEmbedded) {
    const kafka = await server('kafka')
    return { servers: kafka.bootstrap, isEmbedded, [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose]() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-bench-'))
  return {
    servers: `embedded:${folder}`,
    isEmbedded,
    [Symbol.asyncDispose]: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

export function open({ servers }: BenchLog): Promise<Kafka> {
  return openKafka({ 'bootstrap.servers': servers }, { clientId: 'bench', log: quiet, access: 'own' })
}

async function withKafka<T>(log: BenchLog, use: (kafka: Kafka) => Promise<T>): Promise<T> {
  const kafka = await open(log)
  try {
    return await use(kafka)
  } finally {
    await kafka.close()
  }
}

/** A topic of one partition, holding what is given. */
export function createTopic(log: BenchLog, topic: string, columns: readonly ByteColumn[] = []): Promise<void> {
  return withKafka(log, async (kafka) => {
    const admin = kafka.admin('bench')
    await admin.createTopic({ topic, partitions: 1, replicationFactor: 1 })
    await admin.close()
    const producer = kafka.producer({ clientId: 'bench' })
    for (const values of columns) {
      const { length } = values
      await producer.send({ topic, partition: 0, length, keys: null, values, timestamps: null, headers: null })
    }
    await producer.close()
  })
}

export function deleteTopic(log: BenchLog, topic: string): Promise<void> {
  return withKafka(log, async (kafka) => {
    const admin = kafka.admin('bench')
    await admin.deleteTopic(topic)
    await admin.close()
  })
}

/** What the messages of a topic come to, those that count, read to its end as plain JSON. */
export function outcomeOfTopic(
  log: BenchLog,
  topic: string,
  counts: (order: Order) => boolean = () => true,
): Promise<Outcome> {
  return withKafka(log, async (kafka) => {
    const consumer = kafka.consumer({ clientId: 'bench', groupId: null, topics: [topic], start: 'earliest' })
    const checksum = new Checksum()
    await consumer.start()
    let next = 0
    let end = Infinity
    while (next < end) {
      const batches = await consumer.poll(5000)
      if (batches.length === 0) break
      for (const batch of batches) {
        for (let i = 0; i < batch.length; i++) {
          const order = plainOrder(payloadOf(bytesAt(batch.values, i)))
          if (counts(order)) checksum.add(order)
        }
        next = (batch.offsets.at(-1) ?? next) + 1
        end = batch.endOffset
      }
    }
    await consumer.close()
    return checksum.outcome()
  })
}

export function payloadOf(bytes: Uint8Array | null): PlainPayload {
  const text = Buffer.from(bytes ?? []).toString()
  return (JSON.parse(text) as { payload: PlainPayload }).payload
}
