// What lies between a poll and a send: transforms, then bytes. Bad records are cut out and reported on the way.
import { stringifyJson, type RecordBatch, type SourceBatch } from '@rowbridge/api'
import type { ProduceBatch } from '@rowbridge/kafka'
import type { Clock } from './clock.js'
import type { Converters } from './converters.js'
import { cut } from './cut.js'
import { encodersOf, type EncoderOf } from './encoders.js'
import type { TaskMetrics } from './metrics.js'
import { encodeBatch } from './produce.js'
import { retry, type RetryOptions } from './retry.js'
import type { WorkerLink } from './task/link.js'
import { CONVERTER_STAGES, type Side, type Tolerance } from './tolerance.js'
import type { TransformStage } from './transform-stage.js'

export interface SourceEncodingOptions {
  readonly converters: Converters
  /** Null: none are configured. */
  readonly transforms: TransformStage | null
  readonly tolerance: Tolerance
  readonly metrics: TaskMetrics
  readonly link: WorkerLink
  readonly clock: Clock
  /** How failed conversions that may mend are tried again. */
  readonly conversionRetry: Pick<RetryOptions, 'timeoutMs' | 'mostMs'>
  /** Aborted: end at once. */
  readonly cancelled: AbortSignal
}

interface Encoders {
  readonly keys: EncoderOf
  readonly values: EncoderOf
}

export class SourceEncoding {
  readonly #options: SourceEncodingOptions
  readonly #encoders = new Map<string, Encoders>()

  constructor(options: SourceEncodingOptions) {
    this.#options = options
  }

  /** The batch as it goes on, in order: one, several where topics or schemas part, none where nothing is left. */
  transform(batch: SourceBatch): Promise<readonly SourceBatch[]> {
    const { transforms, tolerance } = this.#options
    if (transforms === null) return Promise.resolve([batch])
    return transforms.apply(batch, (index, error, className) => {
      const where = placeOf(batch, batch, index)
      return tolerance.onBad({ stage: 'TRANSFORMATION', className, where, ...told(batch, index) }, error)
    })
  }

  /** One piece, unless records that do not fit their schema are cut out. `polled` is what the task gave. */
  async encode(batch: SourceBatch, polled: SourceBatch): Promise<readonly ProduceBatch[]> {
    const { tolerance, converters, clock, cancelled, conversionRetry, metrics, link } = this.#options
    const pieces: ProduceBatch[] = []
    const stage = { side: 'key' as Side }
    const parts = { encoders: this.#encodersOf(batch.topic), headers: converters.header.converter, stage }
    const what = () => `Encoding for ${batch.topic}`
    const options = { ...conversionRetry, clock, signal: cancelled, firstMs: 300, metrics, log: link.log, what }
    const encode = async (from: number, to: number) => {
      pieces.push(await retry(options, () => encodeBatch(batch, from, to, parts)))
    }
    await cut(batch.length, encode, (index, error) => {
      const { className } = converters[stage.side]
      const where = placeOf(batch, polled, index)
      return tolerance.onBad({ stage: CONVERTER_STAGES[stage.side], className, where, ...told(batch, index) }, error)
    })
    return pieces
  }

  #encodersOf(topic: string): Encoders {
    let encoders = this.#encoders.get(topic)
    if (encoders === undefined) {
      const { key, value } = this.#options.converters
      encoders = { keys: encodersOf(key.converter, topic), values: encodersOf(value.converter, topic) }
      this.#encoders.set(topic, encoders)
    }
    return encoders
  }
}

/** What the log may say of a record that has not been in a topic. */
export function told({ topic, partition, timestamps }: RecordBatch, index: number) {
  const included =
    `where source record is = SourceRecord{topic='${topic}', kafkaPartition=${partition}, ` +
    `timestamp=${timestamps?.[index] ?? null}}`
  return { included, letter: null }
}

export function placeOf({ topic, length }: RecordBatch, polled: SourceBatch, index: number): string {
  const { sourcePartition, sourceOffset } = polled
  return (
    `record ${index + 1} of ${length} for ${topic} of source partition ${stringifyJson(sourcePartition)} ` +
    `up to offset ${stringifyJson(sourceOffset)}`
  )
}
