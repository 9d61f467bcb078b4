// The topic of configurations as a state and as news: what changed, for those who have to act. What was there at the start
// is no news.
import type { Json, Props } from '@rowbridge/api'
import { isLogLevelName, type LogLevelName } from '../log-levels.js'
import type { Fold, LogRecord } from '../log/record-log.js'
import type { TopicLog } from '../log/topic-log.js'
import { applyConfig, emptyConfigState, restartOf, type ConfigState, type RestartRequest } from '../stores/config.js'

export type ConfigNews =
  /** A connector came or went: the work is another. */
  | { readonly type: 'connectors' }
  | { readonly type: 'config'; readonly name: string }
  | { readonly type: 'tasks'; readonly name: string }
  | { readonly type: 'target'; readonly name: string }
  | { readonly type: 'restart'; readonly name: string; readonly request: RestartRequest }
  | { readonly type: 'logger'; readonly logger: string; readonly level: LogLevelName }

export class ConfigFeed implements Fold<ConfigState> {
  readonly state = emptyConfigState()
  readonly #topic: TopicLog
  #hear: ((news: ConfigNews) => void) | null = null

  constructor(topic: TopicLog) {
    this.#topic = topic
  }

  /** Reads all there is. */
  open(): Promise<void> {
    return this.#topic.follow((key, value) => this.#apply(key, value))
  }

  /** Tells from here on. */
  listen(hear: (news: ConfigNews) => void): void {
    this.#hear = hear
  }

  /** Offset behind the last record that was read. */
  position(): number {
    return this.#topic.position
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#topic.append(records)
  }

  readToEnd(): Promise<void> {
    return this.#topic.readToEnd()
  }

  close(): Promise<void> {
    return this.#topic.close()
  }

  #apply(key: string, value: Json | null): void {
    const name = nameOf(key)
    const before: Props | undefined = this.state.connectors.get(name)
    applyConfig(this.state, key, value)
    const news = newsOf(key, value, { name, before, state: this.state })
    if (news !== null) this.#hear?.(news)
  }
}

const PREFIXES = ['target-state-', 'connector-', 'commit-', 'restart-connector-'] as const

function nameOf(key: string): string {
  const prefix = PREFIXES.find((one) => key.startsWith(one))
  return prefix === undefined ? '' : key.slice(prefix.length)
}

const LOGGER = 'logger-cluster-'

function loggerNews(logger: string, value: Json | null): ConfigNews | null {
  const level = typeof value === 'object' && value !== null && 'level' in value ? value.level : null
  return typeof level === 'string' && isLogLevelName(level) ? { type: 'logger', logger, level } : null
}

interface Change {
  readonly name: string
  readonly before: Props | undefined
  readonly state: ConfigState
}

function newsOf(key: string, value: Json | null, { name, before, state }: Change): ConfigNews | null {
  const isKnown = state.connectors.has(name)
  if (key.startsWith(LOGGER)) return loggerNews(key.slice(LOGGER.length), value)
  if (key.startsWith('target-state-')) return isKnown && value !== null ? { type: 'target', name } : null
  if (key.startsWith('connector-')) {
    if (isKnown !== (before !== undefined)) return { type: 'connectors' }
    return isKnown ? { type: 'config', name } : null
  }
  if (key.startsWith('commit-')) return isKnown ? { type: 'tasks', name } : null
  return key.startsWith('restart-connector-') ? { type: 'restart', name, request: restartOf(value) } : null
}
