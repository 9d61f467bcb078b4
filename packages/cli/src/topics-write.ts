// `rowbridge topics write`: each line of standard input becomes a record; success is told once the log holds them all.
import { byteColumn, DataError } from '@rowbridge/api'
import type { Kafka, Producer } from '@rowbridge/kafka'
import { linesOf } from './lines.js'
import { CLIENT_ID, withLog, type ClusterOptions } from './topics.js'

interface Pair {
  readonly key: Uint8Array | null
  readonly value: Uint8Array
}

export async function writeTopic(
  topic: string,
  options: ClusterOptions & { readonly keySeparator?: string },
): Promise<number> {
  return withLog(options, async (kafka) => {
    await makeTopic(kafka, topic)
    const producer = kafka.producer({ clientId: CLIENT_ID })
    let written = 0
    process.once('SIGINT', endInput).once('SIGTERM', endInput)
    try {
      for await (const pairs of batchesOf(options.keySeparator)) {
        await send(producer, topic, pairs)
        written += pairs.length
      }
    } finally {
      process.off('SIGINT', endInput).off('SIGTERM', endInput)
      await producer.close()
      process.stderr.write(`${written} ${written === 1 ? 'record' : 'records'} written to ${topic}\n`)
    }
    return 0
  })
}

async function makeTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin(CLIENT_ID)
  const isNew =
    (await admin.describe(topic)) === null &&
    (await admin.createTopic({ topic, partitions: -1, replicationFactor: -1 }))
  if (isNew) process.stderr.write(`Created topic ${topic}\n`)
  await admin.close()
}

/** The lines that are there, as one batch; what came before a bad line is handed out first. */
async function* batchesOf(separator: string | undefined): AsyncGenerator<readonly Pair[]> {
  let number = 0
  for await (const lines of linesOf(process.stdin)) {
    const batch: Pair[] = []
    for (const line of lines) {
      number += 1
      const pair = pairOf(line, separator)
      if (pair === null) {
        if (batch.length > 0) yield batch
        throw new DataError('no-key', `Line ${number} has no key separator ${JSON.stringify(separator)}.`)
      }
      batch.push(pair)
    }
    if (batch.length > 0) yield batch
  }
}

/** Bytes stay as they are, whatever they mean. */
function pairOf(line: Buffer, separator: string | undefined): Pair | null {
  if (separator === undefined || separator === '') return { key: null, value: line }
  const at = line.indexOf(separator)
  return at < 0 ? null : { key: line.subarray(0, at), value: line.subarray(at + Buffer.byteLength(separator)) }
}

function send(producer: Producer, topic: string, pairs: readonly Pair[]): Promise<void> {
  const hasKeys = pairs.some(({ key }) => key !== null)
  return producer.send({
    topic,
    partition: null,
    length: pairs.length,
    keys: hasKeys ? byteColumn(pairs.map(({ key }) => key)) : null,
    values: byteColumn(pairs.map(({ value }) => value)),
    timestamps: null,
    headers: null,
  })
}

function endInput(): void {
  process.stdin.destroy()
}
