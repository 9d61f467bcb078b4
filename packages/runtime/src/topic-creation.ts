// Makes missing topics of a source before the first record goes there: as its topic.creation.* keys say, else with the
// broker's defaults.
import {
  ConfigError,
  ConnectError,
  RetriableError,
  StateError,
  type ConfigProblem,
  type Log,
  type Props,
} from '@rowbridge/api'
import type { Admin, TopicSpec } from '@rowbridge/kafka'
import { withoutPrefix } from './client-props.js'
import { backoffMs, type Clock } from './clock.js'

const PREFIX = 'topic.creation.'
const OWN_KEYS: readonly string[] = ['replication.factor', 'partitions', 'include', 'exclude']

interface Group {
  readonly include: readonly RegExp[]
  readonly exclude: readonly RegExp[]
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Props
}

/** The setting of a new topic by its name. */
export type TopicSettings = (topic: string) => TopicSpec

/** Null when the connector says nothing about new topics. Throws ConfigError. */
export function topicSettings(props: Props): TopicSettings | null {
  if (!Object.keys(props).some((key) => key.startsWith(PREFIX))) return null
  const problems = topicCreationProblems(props)
  if (problems.length > 0) throw new ConfigError('invalid-config', problems)
  const fallback = groupOf(props, 'default', null)
  const groups = groupNames(props).map((name) => groupOf(props, name, fallback))
  return (topic) => {
    const group = groups.find((candidate) => isMember(candidate, topic)) ?? fallback
    const { partitions, replicationFactor, config } = group
    return { topic, partitions, replicationFactor, config }
  }
}

function groupNames(props: Props): readonly string[] {
  const names = (props[`${PREFIX}groups`] ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '' && name !== 'default')
}

function isMember(group: Group, topic: string): boolean {
  return group.include.some((regex) => regex.test(topic)) && !group.exclude.some((regex) => regex.test(topic))
}

function groupOf(props: Props, name: string, fallback: Group | null): Group {
  const own = withoutPrefix(props, `${PREFIX}${name}.`)
  const others = Object.entries(own).filter(([key]) => !OWN_KEYS.includes(key))
  return {
    include: regexes(own['include']),
    exclude: regexes(own['exclude']),
    partitions: Number(own['partitions'] ?? fallback?.partitions ?? -1),
    replicationFactor: Number(own['replication.factor'] ?? fallback?.replicationFactor ?? -1),
    config: Object.fromEntries(others),
  }
}

function regexes(list: string | undefined): readonly RegExp[] {
  const texts = (list ?? '').split(',').map((text) => text.trim())
  return texts.filter((text) => text !== '').map((text) => new RegExp(`^(?:${text})$`, 'u'))
}

/** What is wrong with the `topic.creation.*` keys. */
export function topicCreationProblems(props: Props): readonly ConfigProblem[] {
  if (!Object.keys(props).some((key) => key.startsWith(PREFIX))) return []
  const names = groupNames(props)
  return [
    ...['replication.factor', 'partitions'].flatMap((key) => countProblems(props, `${PREFIX}default.${key}`, true)),
    ...names.flatMap((name) => [
      ...['replication.factor', 'partitions'].flatMap((key) => countProblems(props, `${PREFIX}${name}.${key}`, false)),
      ...['include', 'exclude'].flatMap((key) => regexProblems(props, `${PREFIX}${name}.${key}`)),
    ]),
  ]
}

function countProblems(props: Props, key: string, isRequired: boolean): ConfigProblem[] {
  const text = props[key]?.trim()
  if (text === undefined) {
    const message = `Missing required configuration "${key}" which has no default value.`
    return isRequired ? [{ key, message }] : []
  }
  const isCount = /^[+]?\d+$/.test(text) && Number(text) >= 1
  return isCount || text === '-1'
    ? []
    : [{ key, message: `Invalid value ${text} for configuration ${key}: Value must be at least 1 or -1` }]
}

function regexProblems(props: Props, key: string): ConfigProblem[] {
  try {
    regexes(props[key])
    return []
  } catch {
    return [{ key, message: `Invalid value ${props[key]} for configuration ${key}: Invalid regex` }]
  }
}

export interface TopicMaker {
  readonly admin: Admin
  readonly settings: TopicSettings | null
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Resolves when the topic is there, or when the log itself has to decide about it. */
export async function makeTopic(maker: TopicMaker, topic: string): Promise<void> {
  const { admin, settings, log, clock, signal } = maker
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      if ((await admin.describe(topic)) !== null) return
      const spec = settings?.(topic) ?? { topic, partitions: -1, replicationFactor: -1 }
      if (await admin.createTopic(spec)) log.info(`Created topic ${topic}`, { ...spec })
      return
    } catch (error) {
      if (error instanceof RetriableError) {
        log.warn(`Topic ${topic} could not be looked up or created; trying again`, { error })
        await clock.sleep(backoffMs(attempt, 100, 10_000), signal)
        continue
      }
      if (settings === null && error instanceof StateError) {
        log.warn(`Topic ${topic} could not be created; the log may create it by itself`, { error })
        return
      }
      throw new ConnectError('topic-not-created', `Topic ${topic} could not be created`, { cause: error })
    }
  }
}
