// A request that another worker of the cluster has to answer is asked of that worker, and its answer given as it is.
import { askWorker, type OtherWorkerError, type WorkerAnswer } from '@rowbridge/runtime'
import { HttpError } from './errors.js'

export interface Forwarded {
  readonly method: string
  /** Path and query as they came. */
  readonly url: string
  readonly body: string
  readonly authorization: string | undefined
}

const REQUEST_MS = 90_000
const CONFLICT = 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)'

/** A request may be passed on twice: to the leader, and by it to the worker that runs what is asked for. */
export async function forward({ url: target }: OtherWorkerError, request: Forwarded): Promise<WorkerAnswer> {
  const { method, body, authorization } = request
  const url = new URL(request.url.replace(/^\/+/, ''), target)
  const before = url.searchParams.get('forward')
  if (before === 'false') throw new HttpError(409, CONFLICT)
  url.searchParams.set('forward', before === null ? 'true' : 'false')
  const headers = authorization === undefined ? {} : { authorization }
  try {
    return await askWorker({ method, url: url.href, headers, body, timeoutMs: REQUEST_MS })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HttpError(500, `IO Error trying to forward REST request: ${why}`, { cause })
  }
}
