// What of Kafka's topic configuration the embedded log knows: segments, retention, compaction.
import { ConfigError, type Props } from '@rowbridge/api'

export interface TopicConfig {
  readonly segmentBytes: number
  /** -1: for ever. */
  readonly retentionMs: number
  /** Of one partition; -1: without limit. */
  readonly retentionBytes: number
  readonly isCompacted: boolean
  readonly isDeleted: boolean
  readonly deleteRetentionMs: number
  /** Compact when so much of the partition was written since the last time. */
  readonly dirtyRatio: number
}

const NUMBERS = {
  'segment.bytes': { fallback: 32 * 1024 * 1024, min: 1 },
  'retention.ms': { fallback: -1, min: -1 },
  'retention.bytes': { fallback: -1, min: -1 },
  'delete.retention.ms': { fallback: 86_400_000, min: 0 },
  'min.cleanable.dirty.ratio': { fallback: 0.5, min: 0 },
} as const

/** Names of the worker's own defaults, as a broker has them. */
const BROKER_NAMES: Readonly<Record<keyof typeof NUMBERS, string>> = {
  'segment.bytes': 'log.segment.bytes',
  'retention.ms': 'log.retention.ms',
  'retention.bytes': 'log.retention.bytes',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
}

export function topicConfig(config: Props, worker: Props): TopicConfig {
  const policies = (config['cleanup.policy'] ?? 'delete').split(',').map((policy) => policy.trim())
  const unknown = policies.find((policy) => policy !== 'delete' && policy !== 'compact')
  if (unknown !== undefined) throw invalid('cleanup.policy', unknown, 'delete, compact, or both')
  return {
    segmentBytes: numberOf('segment.bytes', config, worker),
    retentionMs: numberOf('retention.ms', config, worker),
    retentionBytes: numberOf('retention.bytes', config, worker),
    isCompacted: policies.includes('compact'),
    isDeleted: policies.includes('delete'),
    deleteRetentionMs: numberOf('delete.retention.ms', config, worker),
    dirtyRatio: numberOf('min.cleanable.dirty.ratio', config, worker),
  }
}

function numberOf(key: keyof typeof NUMBERS, config: Props, worker: Props): number {
  const { fallback, min } = NUMBERS[key]
  const name = config[key] === undefined ? BROKER_NAMES[key] : key
  const text = config[key] ?? worker[name]
  if (text === undefined) return fallback
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value) || value < min) throw invalid(name, text, `a number from ${min} on`)
  return value
}

function invalid(key: string, value: string, expected: string): ConfigError {
  return new ConfigError('invalid-value', [{ key, message: `${key}: ${value} is not ${expected}` }])
}
