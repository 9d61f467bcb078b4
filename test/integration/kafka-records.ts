// Records as plain text for the tests of Kafka over the network, and a log that keeps its lines.
import { byteColumn, bytesAt, type Log } from '@rowbridge/api'
import type { Consumer, ProduceBatch } from '@rowbridge/kafka'

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A log that keeps what is told at one level. */
export function keeping(level: keyof Log): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  return { lines, log: { ...silent, [level]: (message: string) => lines.push(message) } }
}

/** A batch of texts. */
export function textBatch(topic: string, partition: number | null, values: readonly string[]): ProduceBatch {
  const column = byteColumn(values.map((value) => Buffer.from(value)))
  return { topic, partition, length: values.length, keys: null, values: column, timestamps: null, headers: null }
}

/** Polls until `count` records came, or `patienceMs` passed; values by partition. */
export async function readTexts(
  consumer: Consumer,
  count: number,
  patienceMs = 30_000,
): Promise<Map<number, string[]>> {
  const read = new Map<number, string[]>()
  const deadline = Date.now() + patienceMs
  for (let got = 0; got < count && Date.now() < deadline;) {
    for (const batch of await consumer.poll(500)) {
      got += batch.length
      const own = read.get(batch.partition) ?? []
      for (let i = 0; i < batch.length; i++) own.push(Buffer.from(bytesAt(batch.values, i) ?? []).toString())
      read.set(batch.partition, own)
    }
  }
  return read
}
