// The worker's own configuration. Keys that steer parts which have no counterpart here are known, so that an existing
// worker.properties starts unchanged; each is named once in the log.
import { defineConfig, nearestKey, type Config, type ConfigKey, type Log, type Props } from '@rowbridge/api'
import { restKeys } from './rest-config.js'

const KAFKA = 'Kafka'
const CONVERTERS = 'Converters'
const TASKS = 'Tasks and offsets'
const TOPICS = 'Topics'
const UNUSED = 'Accepted without effect'

function unused(type: ConfigKey['type'], fallback: ConfigKey['default']): ConfigKey {
  return { type, default: fallback ?? null, group: UNUSED, importance: 'low', doc: 'No effect here.' }
}

function unusedWord(fallback: string, values: readonly string[]): ConfigKey {
  return { ...unused('enum', fallback), values }
}

function duplicateProblem(text: string): string | null {
  const names = text.split(',').map((name) => name.trim())
  return new Set(names).size === names.length ? null : 'Duplicate alias provided.'
}

/** `All` of a class name `AllConnectorClientConfigOverridePolicy`. */
function policyProblem(text: string): string | null {
  return overridePolicyOf(text) === null ? `Only the policies ${OVERRIDE_POLICIES.join(', ')} can be had here` : null
}

export const OVERRIDE_POLICIES = ['All', 'None', 'Principal'] as const
export type OverridePolicy = (typeof OVERRIDE_POLICIES)[number]

/** The policy that a name or a Java class name means; null for one of somebody else. */
export function overridePolicyOf(text: string): OverridePolicy | null {
  const simple = text.slice(text.lastIndexOf('.') + 1).replace(/ConnectorClientConfigOverridePolicy$/, '')
  return OVERRIDE_POLICIES.find((policy) => policy.toLowerCase() === simple.toLowerCase()) ?? null
}

/** Keys of every worker, standing alone or in a cluster. */
const workerKeys = {
  'bootstrap.servers': {
    type: 'list',
    default: ['localhost:9092'],
    group: KAFKA,
    importance: 'high',
    doc: 'Where the log is: `host:port` of Kafka brokers, or `embedded:<folder>` for a log on this machine.',
  },
  'key.converter': {
    type: 'class',
    group: CONVERTERS,
    importance: 'high',
    doc: 'Converter of record keys; its own keys follow as `key.converter.*`.',
  },
  'value.converter': {
    type: 'class',
    group: CONVERTERS,
    importance: 'high',
    doc: 'Converter of record values; its own keys follow as `value.converter.*`.',
  },
  'header.converter': {
    type: 'class',
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    group: CONVERTERS,
    importance: 'low',
    doc: 'Converter of record headers; its own keys follow as `header.converter.*`.',
  },
  'task.shutdown.graceful.timeout.ms': {
    type: 'long',
    default: 5000,
    min: 0,
    group: TASKS,
    doc: 'Time that all tasks of a stop together have to drain, in milliseconds.',
  },
  'offset.flush.interval.ms': {
    type: 'long',
    default: 60_000,
    min: 1,
    group: TASKS,
    doc: 'Pause between two commits of the offsets of a task, in milliseconds.',
  },
  'offset.flush.timeout.ms': {
    type: 'long',
    default: 5000,
    min: 1,
    group: TASKS,
    doc: 'Time that one commit of source offsets may take, in milliseconds.',
  },
  'connector.client.config.override.policy': {
    type: 'class',
    default: 'All',
    group: KAFKA,
    check: policyProblem,
    doc: 'Which `producer.override.*`, `consumer.override.*` and `admin.override.*` a connector may set: `All`, `None`, or `Principal` (who it logs in as).',
  },
  'topic.creation.enable': {
    type: 'boolean',
    default: true,
    group: TOPICS,
    doc: 'Whether missing topics of sources are created.',
  },
  'topic.tracking.enable': {
    type: 'boolean',
    default: true,
    group: TOPICS,
    doc: 'Whether the topics that each connector uses are remembered.',
  },
  'topic.tracking.allow.reset': {
    type: 'boolean',
    default: true,
    group: TOPICS,
    doc: 'Whether the remembered topics may be reset by request.',
  },
  ...restKeys,
  'config.providers': {
    type: 'list',
    default: [],
    group: 'Worker',
    doc: 'Names of providers of values written as `${name:key}` or `${name:path:key}`; each has its class in `config.providers.<name>.class`.',
    check: (text) => duplicateProblem(text),
  },
  'client.dns.lookup': unusedWord('use_all_dns_ips', ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only']),
  'plugin.path': unused('list', null),
  'plugin.discovery': unusedWord('hybrid_warn', ['only_scan', 'hybrid_warn', 'hybrid_fail', 'service_load']),
  'metrics.sample.window.ms': { ...unused('long', 30_000), min: 0 },
  'metrics.num.samples': { ...unused('int', 2), min: 1 },
  'metrics.recording.level': unusedWord('INFO', ['INFO', 'DEBUG', 'TRACE']),
  'metric.reporters': unused('list', null),
  'auto.include.jmx.reporter': unused('boolean', true),
  'internal.key.converter': unused('class', null),
  'internal.value.converter': unused('class', null),
} as const satisfies Readonly<Record<string, ConfigKey>>

/** What a task needs to know of its worker. */
export const workerConfig = defineConfig(workerKeys)
export type WorkerConfig = Config<typeof workerKeys>

export const standaloneConfig = defineConfig({
  ...workerKeys,
  'offset.storage.file.filename': {
    type: 'string',
    group: TASKS,
    importance: 'high',
    doc: 'File that keeps the offsets of sources, in the format of Kafka Connect.',
  },
})
export type StandaloneConfig = ReturnType<typeof standaloneConfig.parse>

/** Keys of others that a worker file carries: clients, converters, TLS and SASL, and those of a cluster's worker. */
const PASSED_ON =
  /^(producer|consumer|admin|key\.converter|value\.converter|header\.converter|internal\.(key|value)\.converter|listeners\.https|admin\.listeners\.https|config\.providers|metrics\.context|ssl|sasl|security|(config|offset|status)\.storage|inter\.worker|exactly\.once|socket\.connection|reconnect\.backoff|retry\.backoff|connections\.max|metadata)\./
const PASSED_ON_KEYS: readonly string[] = [
  'group.id',
  'client.id',
  'session.timeout.ms',
  'heartbeat.interval.ms',
  'rebalance.timeout.ms',
  'worker.sync.timeout.ms',
  'worker.unsync.backoff.ms',
  'connect.protocol',
  'scheduled.rebalance.max.delay.ms',
  'send.buffer.bytes',
  'receive.buffer.bytes',
  'request.timeout.ms',
]

function isPassedOn(key: string): boolean {
  return PASSED_ON.test(key) || PASSED_ON_KEYS.includes(key)
}

/** Says what in a worker's properties has no effect: misspelt keys, keys without a counterpart, security of the wrong client. */
export function warnAboutWorkerProps(props: Props, log: Log): void {
  const names = Object.keys(standaloneConfig.keys)
  for (const { key } of standaloneConfig.unknown(props)) {
    if (isPassedOn(key)) continue
    const nearest = nearestKey(key, [...names, ...PASSED_ON_KEYS])
    const hint = nearest === null ? '' : ` Did you mean ${nearest}?`
    log.warn(`Unknown worker key ${key}: it has no effect.${hint}`, { key })
  }
  const known: Readonly<Record<string, ConfigKey>> = standaloneConfig.keys
  const idle = Object.keys(props).filter((key) => known[key]?.group === UNUSED)
  if (idle.length > 0) log.info(`Worker keys without effect here: ${idle.join(', ')}`)
  warnAboutSecurity(props, log)
}

/** As in Kafka Connect, plain `security.protocol` reaches the worker's own clients, but no producer or consumer of a task. */
function warnAboutSecurity(props: Props, log: Log): void {
  if (props['security.protocol'] === undefined || props['security.protocol'] === 'PLAINTEXT') return
  for (const client of ['producer', 'consumer']) {
    if (props[`${client}.security.protocol`] !== undefined) continue
    log.warn(`security.protocol does not reach the ${client}s of tasks: set ${client}.security.protocol, too.`)
  }
}
