// Brings the tasks that a connector wants into the topic of configurations: by itself where this worker leads, else through
// the leader; tried until it worked or the connector is no longer here.
import { describeError, parseJson, stringifyJson, type Log, type Props } from '@rowbridge/api'
import { backoffMs, type Clock } from '../clock.js'
import type { Fold } from '../log/record-log.js'
import { taskRecords, type ConfigState } from '../stores/config.js'
import type { DistributedConfig } from './config.js'
import { askWorker } from './http.js'
import type { Membership } from './membership.js'
import { ALGORITHM_HEADER, sign, SIGNATURE_HEADER } from './signing.js'

export interface PublisherOptions {
  readonly worker: DistributedConfig
  readonly configs: Fold<ConfigState>
  readonly membership: Membership
  /** Whether the connector still is this worker's concern. */
  readonly isOurs: (name: string) => boolean
  readonly stopping: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 60_000
const REQUEST_MS = 30_000
/** What passes in a moment, such as a rebalance, is not worth a line. */
const QUIET_ATTEMPTS = 3

export class Publisher {
  readonly #options: PublisherOptions

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  async publish(name: string, tasks: readonly Props[]): Promise<void> {
    const { clock, stopping, isOurs, log } = this.#options
    for (let attempt = 1; !stopping.aborted && isOurs(name); attempt += 1) {
      if (this.#isStored(name, tasks)) return
      try {
        await this.#store(name, tasks)
        return
      } catch (error) {
        const message = `The tasks of connector ${name} could not be stored; trying again: ${describeError(error)}`
        if (attempt > QUIET_ATTEMPTS) log.warn(message)
        else log.debug(message)
      }
      await clock.sleep(backoffMs(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS), stopping)
    }
  }

  /** The same tasks, made for the same configuration of their connector. */
  #isStored(name: string, tasks: readonly Props[]): boolean {
    const { state } = this.#options.configs
    const props = state.connectors.get(name)
    const stored = state.tasks.get(name) ?? []
    const isSame = stored.length === tasks.length && stored.every((one, i) => isEqual(one, tasks[i] ?? {}))
    const applied = state.applied.get(name)
    return isSame && (tasks.length === 0 || (applied !== undefined && isEqual(applied, props ?? {})))
  }

  async #store(name: string, tasks: readonly Props[]): Promise<void> {
    const { membership, configs } = this.#options
    if (membership.needsJoin || membership.leaderUrl === null)
      throw new Error('nobody leads the cluster at this moment')
    if (membership.isLeader) return configs.append(taskRecords(name, tasks))
    const body = stringifyJson(tasks)
    const url = `${membership.leaderUrl}connectors/${encodeURIComponent(name)}/tasks`
    const answer = await askWorker({ method: 'POST', url, headers: this.#signature(body), body, timeoutMs: REQUEST_MS })
    if (answer.status >= 300) throw new Error(`the leader answers ${answer.status}: ${messageOf(answer.body)}`)
    await configs.readToEnd()
  }

  #signature(body: string): Record<string, string> {
    const { membership, configs, worker } = this.#options
    if (!membership.isSessioned) return {}
    const key = configs.state.sessionKey
    if (key === null) throw new Error('there is no key yet to sign what this worker asks of the leader')
    const algorithm = worker['inter.worker.signature.algorithm']
    return { [SIGNATURE_HEADER]: sign(key.key, algorithm, body), [ALGORITHM_HEADER]: algorithm }
  }
}

/** Others write the members of a configuration in another order. */
function isEqual(one: Props, other: Props): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

function messageOf(body: string): string {
  try {
    const parsed = parseJson(body) as { readonly message?: string } | null
    return parsed?.message ?? body
  } catch {
    return body.slice(0, 200)
  }
}
