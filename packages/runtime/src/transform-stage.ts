// The chain of transforms as a stage of a pipeline: tried again while that may help, cut where a record cannot be changed.
import { sliceBatch, type DataError, type Props, type RecordBatch } from '@rowbridge/api'
import { cut } from './cut.js'
import { retry, type RetryOptions } from './retry.js'
import { chainOf, type TransformChain } from './transform-chain.js'
import type { Plugins } from './plugins.js'

export type OnBadRecord = (index: number, error: DataError, className: string) => void | Promise<void>

export class TransformStage {
  readonly #chain: TransformChain
  readonly #retry: Omit<RetryOptions, 'what'>

  constructor(chain: TransformChain, options: Omit<RetryOptions, 'what'>) {
    this.#chain = chain
    this.#retry = options
  }

  /** The records that are left, in order; a record that cannot be changed is told with its place in the batch. */
  async apply<B extends RecordBatch>(batch: B, onBad: OnBadRecord): Promise<readonly B[]> {
    const results: B[] = []
    const atWork = { className: '' }
    const what = () => `Transforming records of ${batch.topic}`
    const transform = async (from: number, to: number) => {
      const piece = sliceBatch(batch, from, to)
      results.push(...(await retry({ ...this.#retry, what }, () => settled(() => this.#chain.apply(piece, atWork)))))
    }
    await cut(batch.length, transform, (index, error) => onBad(index, error, atWork.className))
    return results
  }
}

/** Null where no transforms are configured: nothing then stands between the stages. */
export async function transformStageOf(
  plugins: Plugins,
  props: Props,
  options: Omit<RetryOptions, 'what'>,
): Promise<TransformStage | null> {
  const chain = await chainOf(plugins, props)
  return chain === null ? null : new TransformStage(chain, options)
}

function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}
