// What lies between a poll and a put: bytes become batches, then transforms. Bad records are cut out and reported on the way,
// and what is returned may be put only after the dead letter queue holds them (Invariant 1).
import { StateError, type Decoder, type SinkBatch } from '@rowbridge/api'
import type { FetchedBatch } from '@rowbridge/kafka'
import type { Clock } from './clock.js'
import { decodeBatch } from './consume.js'
import type { Converters } from './converters.js'
import { cut } from './cut.js'
import type { TaskMetrics } from './metrics.js'
import { retry, type RetryOptions } from './retry.js'
import type { WorkerLink } from './task/link.js'
import { CONVERTER_STAGES, type BadRecord, type Side, type Tolerance } from './tolerance.js'
import type { TransformStage } from './transform-stage.js'

export interface SinkDecodingOptions {
  readonly converters: Converters
  /** Null: none are configured. */
  readonly transforms: TransformStage | null
  readonly tolerance: Tolerance
  readonly metrics: TaskMetrics
  readonly link: WorkerLink
  readonly clock: Clock
  readonly conversionRetry: Pick<RetryOptions, 'timeoutMs' | 'mostMs'>
}

interface Decoders {
  readonly keys: Decoder
  readonly values: Decoder
}

export class SinkDecoding {
  readonly #options: SinkDecodingOptions
  readonly #ending: AbortSignal
  readonly #decoders = new Map<string, Decoders>()

  /** `ending`: aborted, nothing is tried again. */
  constructor(options: SinkDecodingOptions, ending: AbortSignal) {
    this.#options = options
    this.#ending = ending
  }

  async decode(fetched: FetchedBatch): Promise<readonly SinkBatch[]> {
    const reports: Promise<void>[] = []
    const batches = await this.#decodeAll(fetched, reports)
    const changed = this.#options.transforms === null ? batches : await this.#transformAll(fetched, batches, reports)
    await Promise.all(reports)
    return changed
  }

  async #decodeAll(fetched: FetchedBatch, reports: Promise<void>[]): Promise<readonly SinkBatch[]> {
    const { converters, conversionRetry, clock, metrics, link } = this.#options
    const batches: SinkBatch[] = []
    const stage = { side: 'key' as Side }
    const parts = { ...this.#decodersOf(fetched.topic), headers: converters.header.converter, stage }
    const what = () => `Decoding of ${fetched.topic}`
    const options = { ...conversionRetry, clock, signal: this.#ending, firstMs: 300, metrics, log: link.log, what }
    const decode = async (from: number, to: number) => {
      batches.push(...(await retry(options, () => decodeBatch(fetched, from, to, parts))))
    }
    await cut(fetched.length, decode, (index, error) => {
      const at = { stage: CONVERTER_STAGES[stage.side], className: converters[stage.side].className }
      return this.#report(this.#options.tolerance.onBad({ ...at, ...recordAt(fetched, index) }, error), reports)
    })
    return batches
  }

  async #transformAll(
    fetched: FetchedBatch,
    batches: readonly SinkBatch[],
    reports: Promise<void>[],
  ): Promise<readonly SinkBatch[]> {
    const { transforms, tolerance } = this.#options
    const changed: SinkBatch[] = []
    for (const batch of batches) {
      const results = await transforms?.apply(batch, (index, error, className) => {
        const place = recordAt(fetched, fetched.offsets.indexOf(batch.offsets[index] ?? -1))
        return this.#report(tolerance.onBad({ stage: 'TRANSFORMATION', className, ...place }, error), reports)
      })
      for (const result of results ?? []) {
        checkOrder(changed.at(-1), result)
        changed.push(result.topic === fetched.topic ? result : { ...result, originalTopic: fetched.topic })
      }
    }
    return changed
  }

  /** Reports of skipped records go on beside the work; one that decides that nothing is skipped ends it. */
  #report(report: Promise<void>, reports: Promise<void>[]): Promise<void> | void {
    if (!this.#options.tolerance.isAll) return report
    report.catch(() => undefined)
    reports.push(report)
  }

  #decodersOf(topic: string): Decoders {
    let decoders = this.#decoders.get(topic)
    if (decoders === undefined) {
      const { key, value } = this.#options.converters
      decoders = { keys: key.converter.decoder(topic), values: value.converter.decoder(topic) }
      this.#decoders.set(topic, decoders)
    }
    return decoders
  }
}

/** Offsets are committed up to the last that is put: an elder one behind it would be lost (Invariant 1). */
function checkOrder(elder: SinkBatch | undefined, younger: SinkBatch): void {
  if ((elder?.offsets.at(-1) ?? -1) < (younger.offsets[0] ?? 0)) return
  const text = `Transforms changed the order of the records of ${younger.topic}-${younger.partition}`
  throw new StateError('records-reordered', text, { hint: 'This is a mistake in a transform: tell its author.' })
}

/** What is told of a record that was read. */
export function recordAt(fetched: FetchedBatch, index: number): Pick<BadRecord, 'where' | 'included' | 'letter'> {
  const { topic, partition, offsets, timestamps } = fetched
  const offset = offsets[index]
  const included =
    `where consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, ` +
    `timestamp=${timestamps[index]}, timestampType=CreateTime}`
  return { where: `${topic}-${partition}@${offset}`, included, letter: { fetched, index } }
}
