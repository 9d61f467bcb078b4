// Keys that every connector understands, whatever its plugin: names, order and groups are Kafka Connect's.
import { defineConfig, type ConfigKey, type ConfigProblem, type Props } from '@rowbridge/api'

const COMMON = 'Common'
const ERRORS = 'Error Handling'

function checkName(name: string): string | null {
  if (name === '') return 'String may not be empty'
  if (name === '.' || name === '..') return 'A URL cannot end in this name'
  const codes = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i))
  const controls = codes.filter((code) => code < 32 || (code > 126 && code < 160))
  return controls.length === 0
    ? null
    : `String may not contain control sequences but had the following ASCII chars: ${controls.join(', ')}`
}

function checkAlways(accepted: string, reason: string): (value: string) => string | null {
  return (value) => (value.toLowerCase() === accepted ? null : reason)
}

function checkAliases(text: string): string | null {
  const aliases = text.split(',').map((alias) => alias.trim())
  return new Set(aliases).size === aliases.length ? null : 'Duplicate alias provided.'
}

function checkRegex(text: string): string | null {
  try {
    return new RegExp(text, 'u') instanceof RegExp ? null : ''
  } catch {
    return `Invalid regex`
  }
}

function keyed<const K extends Omit<ConfigKey, 'doc'>>(key: K, displayName: string, doc: string) {
  return { ...key, displayName, doc }
}

const common = {
  name: keyed(
    { type: 'string', importance: 'high', group: COMMON, width: 'medium', check: checkName },
    'Connector name',
    'Name of the connector, unique in the cluster.',
  ),
  'connector.class': keyed(
    { type: 'string', importance: 'high', group: COMMON, width: 'long' },
    'Connector class',
    'Name of the plugin: in full, or its last part, with or without `Connector`.',
  ),
  'tasks.max': keyed(
    { type: 'int', default: 1, min: 1, importance: 'high', group: COMMON, width: 'short' },
    'Tasks max',
    'Most tasks that share the work of the connector.',
  ),
  'tasks.max.enforce': keyed(
    { type: 'boolean', default: true, importance: 'low', group: COMMON, width: 'short' },
    'Enforce tasks max',
    'Whether a connector that makes more tasks than `tasks.max` fails.',
  ),
  'key.converter': keyed(
    { type: 'class', default: null, importance: 'low', group: COMMON, width: 'short' },
    'Key converter class',
    'Converter of keys in place of that of the worker; takes its own `key.converter.*` only.',
  ),
  'value.converter': keyed(
    { type: 'class', default: null, importance: 'low', group: COMMON, width: 'short' },
    'Value converter class',
    'Converter of values in place of that of the worker; takes its own `value.converter.*` only.',
  ),
  'header.converter': keyed(
    { type: 'class', default: null, importance: 'low', group: COMMON, width: 'short' },
    'Header converter class',
    'Converter of headers in place of that of the worker; takes its own `header.converter.*` only.',
  ),
  transforms: keyed(
    {
      type: 'list',
      default: [],
      importance: 'low',
      order: 8,
      group: 'Transforms',
      width: 'long',
      check: checkAliases,
    },
    'Transforms',
    'Aliases of the transforms, in the order in which they are applied.',
  ),
  predicates: keyed(
    {
      type: 'list',
      default: [],
      importance: 'low',
      order: 9,
      group: 'Predicates',
      width: 'long',
      check: checkAliases,
    },
    'Predicates',
    'Aliases of the predicates that transforms refer to.',
  ),
  'config.action.reload': keyed(
    {
      type: 'enum',
      values: ['none', 'restart'],
      default: 'restart',
      importance: 'low',
      order: 10,
      group: COMMON,
      width: 'medium',
    },
    'Reload Action',
    'What to do when values from a config provider change.',
  ),
  'run.once': keyed(
    { type: 'boolean', default: false, importance: 'low', group: COMMON, width: 'short' },
    'Run once',
    'Whether the connector stops by itself: a source when it has read what was there when it began, a sink when it has written what its topics held. It is STOPPED then; resuming it runs it once more.',
  ),
  'errors.retry.timeout': keyed(
    { type: 'long', default: 0, importance: 'medium', group: ERRORS, width: 'medium' },
    'Retry Timeout for Errors',
    'How long a failed conversion that may mend is tried again, in milliseconds; -1: for ever.',
  ),
  'errors.retry.delay.max.ms': keyed(
    { type: 'long', default: 60_000, min: 1, importance: 'medium', group: ERRORS, width: 'medium' },
    'Maximum Delay Between Retries for Errors',
    'Longest pause between two such tries, in milliseconds.',
  ),
  'errors.tolerance': keyed(
    { type: 'enum', values: ['none', 'all'], default: 'none', importance: 'medium', group: ERRORS, width: 'short' },
    'Error Tolerance',
    '`none`: a record that cannot be processed fails its task; `all`: it is skipped, and each skipped one is logged or put into the dead letter queue.',
  ),
  'errors.log.enable': keyed(
    { type: 'boolean', default: false, importance: 'medium', group: ERRORS, width: 'short' },
    'Log Errors',
    'Whether errors are also logged where they fail the task, or where a dead letter queue takes the record.',
  ),
  'errors.log.include.messages': keyed(
    { type: 'boolean', default: false, importance: 'medium', group: ERRORS, width: 'short' },
    'Log Error Details',
    'Whether logged errors tell the topic, partition, offset and timestamp of the record.',
  ),
} as const satisfies Readonly<Record<string, ConfigKey>>

const sink = {
  topics: keyed(
    { type: 'list', default: [], importance: 'high', order: 4, group: COMMON, width: 'long' },
    'Topics',
    'Topics to read, by name.',
  ),
  'topics.regex': keyed(
    { type: 'string', default: '', importance: 'high', order: 4, group: COMMON, width: 'long', check: checkRegex },
    'Topics regex',
    'Topics to read, by an expression that the whole name has to match.',
  ),
  'errors.deadletterqueue.topic.name': keyed(
    {
      type: 'string',
      default: '',
      importance: 'medium',
      group: ERRORS,
      width: 'medium',
    },
    'Dead Letter Queue Topic Name',
    'Topic for records that cannot be processed, as they were read; empty: none. It is created where it is missing.',
  ),
  'errors.deadletterqueue.topic.replication.factor': keyed(
    { type: 'short', default: 3, importance: 'medium', group: ERRORS, width: 'medium' },
    'Dead Letter Queue Topic Replication Factor',
    'Replicas of that topic, where it is created.',
  ),
  'errors.deadletterqueue.context.headers.enable': keyed(
    { type: 'boolean', default: false, importance: 'medium', group: ERRORS, width: 'medium' },
    'Enable Error Context Headers',
    'Whether headers `__connect.errors.*` tell about the error.',
  ),
} as const satisfies Readonly<Record<string, ConfigKey>>

const source = {
  'topic.creation.groups': keyed(
    { type: 'list', default: [], importance: 'low', group: 'Topic Creation', width: 'long', check: checkAliases },
    'Topic Creation Groups',
    'Names of groups of topics that are created alike; the first that matches counts.',
  ),
  'exactly.once.support': keyed(
    {
      type: 'enum',
      values: ['requested', 'required'],
      default: 'requested',
      importance: 'medium',
      order: 2,
      group: 'Exactly Once Support',
      width: 'short',
      check: checkAlways('requested', 'Exactly-once delivery is not available yet'),
    },
    'Exactly once support',
    'Whether to refuse to run without exactly-once delivery.',
  ),
  'transaction.boundary': keyed(
    {
      type: 'enum',
      values: ['poll', 'interval', 'connector'],
      default: 'poll',
      importance: 'medium',
      order: 3,
      group: 'Exactly Once Support',
      width: 'short',
      check: checkAlways('poll', 'Transactions are not available yet'),
    },
    'Transaction Boundary',
    'Where transactions of the source end.',
  ),
  'transaction.boundary.interval.ms': keyed(
    { type: 'long', default: null, min: 0, importance: 'low', order: 4, group: 'Exactly Once Support', width: 'short' },
    'Transaction boundary interval',
    'Time between two transactions, in milliseconds.',
  ),
  'offsets.storage.topic': keyed(
    { type: 'string', default: null, importance: 'low', group: 'offsets.topic', width: 'long' },
    'Offsets topic',
    'A topic of its own for the offsets of this connector; without effect in a standalone worker.',
  ),
} as const satisfies Readonly<Record<string, ConfigKey>>

function checkTopics(props: Props): readonly ConfigProblem[] {
  const hasTopics = (props['topics'] ?? '').trim() !== ''
  const hasRegex = (props['topics.regex'] ?? '').trim() !== ''
  if (hasTopics !== hasRegex) return []
  const message = hasTopics
    ? 'topics and topics.regex are mutually exclusive options, but both are set.'
    : 'Must configure one of topics or topics.regex'
  return [
    { key: 'topics', message },
    { key: 'topics.regex', message },
  ]
}

export const connectorConfig = defineConfig(common)
export const sourceConnectorConfig = defineConfig({ ...common, ...source })
export const sinkConnectorConfig = defineConfig({ ...common, ...sink })

/** What the queue takes must not be read again as if it were data. */
function checkDeadLetterTopic(props: Props): readonly ConfigProblem[] {
  const key = 'errors.deadletterqueue.topic.name'
  const topic = props[key]?.trim() ?? ''
  if (topic === '') return []
  const topics = (props['topics'] ?? '').split(',').map((name) => name.trim())
  if (topics.includes(topic)) {
    const message = `The DLQ topic '${topic}' may not be included in the list of topics ('topics=${props['topics']}') consumed by the connector`
    return [{ key: 'topics', message }]
  }
  const regex = (props['topics.regex'] ?? '').trim()
  if (regex === '' || checkRegex(regex) !== null || !new RegExp(`^(?:${regex})$`, 'u').test(topic)) return []
  const message = `The DLQ topic '${topic}' may not be matched by the regex for the topics ('topics.regex=${regex}') consumed by the connector`
  return [{ key: 'topics.regex', message }]
}

/** Whether a connector is to stop by itself. */
export function isRunOnce(props: Props): boolean {
  return props['run.once']?.trim().toLowerCase() === 'true'
}

/** Problems that lie between the keys of a sink; told even where single keys are wrong. */
export function sinkProblems(props: Props): readonly ConfigProblem[] {
  return [...checkTopics(props), ...checkDeadLetterTopic(props)]
}

/** Keys that belong to parts of a connector's configuration which have keys of their own. */
export const PASSED_ON_PREFIXES: readonly string[] = [
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'producer.override.',
  'consumer.override.',
  'admin.override.',
  'topic.creation.',
  'transforms.',
  'predicates.',
  'connection.',
  'errors.deadletterqueue.',
]
