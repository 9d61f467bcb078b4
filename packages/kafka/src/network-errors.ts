// What a broker's error codes and a failed connection mean in our words: try again, or tell the user what to do.
import { ConfigError, DataError, RetriableError, StateError, type ConnectError } from '@rowbridge/api'

/** The codes that code asks for by name. */
export const CODE = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  messageTooLarge: 10,
  notCoordinator: 16,
  recordListTooLarge: 18,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicExists: 36,
  invalidReplicationFactor: 38,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  unknownProducer: 59,
  nonEmptyGroup: 68,
  groupIdNotFound: 69,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  memberIdRequired: 79,
  groupMaxSize: 81,
} as const

const RETRIABLE: Readonly<Record<number, string>> = {
  2: 'the broker found the data corrupt',
  3: 'the broker does not host this topic or partition',
  5: 'the partition has no leader',
  6: 'the broker is not the leader of this partition',
  7: 'the broker timed out',
  8: 'the broker is not available',
  9: 'the replica is not available',
  13: 'the broker lost a connection',
  14: 'the coordinator is loading',
  15: 'the coordinator is not available',
  16: 'the broker is not the coordinator',
  19: 'there are not enough in-sync replicas',
  20: 'there are not enough in-sync replicas (the data was written to fewer)',
  27: 'the group is rebalancing',
  41: 'the broker is not the controller',
  56: 'the broker has trouble with its disk',
  72: 'there is no listener on the leader',
  74: 'the leader changed',
  75: 'the broker does not know the leader yet',
  78: 'the offset is not available yet',
  88: 'there are unstable offsets',
  89: 'the broker throttles',
}

const FINAL: Readonly<Record<number, readonly [message: string, hint?: string]>> = {
  1: ['the offset is out of range'],
  10: ['the record batch is larger than the broker accepts', 'Raise max.message.bytes of the topic.'],
  17: ['the topic name is not valid', 'Use letters, digits, dots, dashes and underscores, at most 249.'],
  18: ['the record batch is larger than a segment', 'Raise segment.bytes of the topic.'],
  22: ['the group has moved to another generation'],
  23: ['the group uses another protocol', 'Give this consumer a group of its own.'],
  24: ['the group id is not valid'],
  25: ['the group no longer knows this member'],
  26: ['session.timeout.ms is outside what the broker allows', 'See group.min/max.session.timeout.ms of the broker.'],
  29: ['not authorized for the topic', 'Give the user the rights on the topic.'],
  30: ['not authorized for the group', 'Give the user the right to read the group.'],
  31: ['not authorized for the cluster', 'Give the user IDEMPOTENT_WRITE, or set enable.idempotence=false.'],
  32: ['a timestamp is outside what the topic allows', 'See message.timestamp.before/after.max.ms of the topic.'],
  35: ['the broker does not know this version of the request', 'Apache Kafka 2.4 or newer is needed.'],
  36: ['the topic is there already'],
  37: ['the number of partitions is not valid'],
  38: ['the replication factor is not valid', 'It cannot be larger than the number of brokers.'],
  40: ['the topic configuration is not valid'],
  42: ['the broker found the request not valid'],
  44: ["the cluster's policy does not allow it"],
  68: ['the group has members', 'Stop them first.'],
  69: ['there is no such group'],
  73: ['topic deletion is switched off', 'Set delete.topic.enable=true on the brokers.'],
  76: ['the compression is not supported', 'Set compression.type=lz4 or gzip.'],
  81: ['the group is full', 'See group.max.size of the broker.'],
  86: ['the group still reads this topic', 'Stop its members first.'],
  87: ['the broker refuses a record', 'A compacted topic needs a key in every record.'],
}

/** One record of the batch is at fault; the broker does not say which. */
const RECORD_CODES: readonly number[] = [32, 87]

export function isRetriableCode(code: number): boolean {
  return code in RETRIABLE
}

/** What the code means, as part of a sentence. */
export function meaningOf(code: number): string {
  return RETRIABLE[code] ?? FINAL[code]?.[0] ?? `the broker answers with error ${code}`
}

/** A broker's answer as our error; `what` says what was tried and where. */
export function brokerError(code: number, what: string): ConnectError {
  const message = `${what}: ${meaningOf(code)}`
  if (isRetriableCode(code)) return new RetriableError('broker-retriable', message)
  const hint = FINAL[code]?.[1]
  const details = hint === undefined ? {} : { hint }
  if (RECORD_CODES.includes(code)) return new DataError('record-refused', message, details)
  return new StateError('broker-refused', message, details)
}

/** Throws unless the code says that all is well. */
export function check(code: number, what: string): void {
  if (code !== CODE.none) throw brokerError(code, what)
}

/** Who tried to reach whom, for messages. */
export interface Attempt {
  readonly bootstrap: string
  readonly protocol: string
  readonly user: string | null
}

/** The reason why no connection came about. */
export function connectError(cause: unknown, address: string, attempt: Attempt): ConnectError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof ConfigError || cause instanceof StateError) return cause
  if (/sasl/i.test(cause instanceof Error ? cause.name + reason : reason)) return saslError(reason, address, attempt)
  return new RetriableError('broker-unreachable', `Cannot reach Kafka at ${address}: ${reason}`, {
    cause,
    hint: unreachableHint(reason, attempt),
  })
}

function saslError(reason: string, address: string, { user, protocol }: Attempt): ConnectError {
  const who = user === null ? '' : ` as user ${user}`
  if (user === null || /SASL state/.test(reason)) {
    const message = `security.protocol: broker ${address} does not take ${protocol} connections: ${reason}`
    return new ConfigError('authentication-failed', [{ key: 'security.protocol', message }], {
      hint: 'Set security.protocol as the listener of that port has it.',
    })
  }
  const message = `sasl.jaas.config: broker ${address} refuses the login${who}: ${reason}`
  return new ConfigError('authentication-failed', [{ key: 'sasl.jaas.config', message }], {
    hint: 'Check user name and password in sasl.jaas.config, and sasl.mechanism.',
  })
}

/** What to look at when a connection cannot be used. */
export function unreachableHint(reason: string, { bootstrap, protocol }: Attempt): string {
  const servers = `bootstrap.servers (${bootstrap})`
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return `Check the host names in ${servers}; also those the brokers advertise.`
  if (/certificate|self.signed|altnames|CERT_/i.test(reason)) {
    return 'Check ssl.truststore.location, and that the certificate names the host.'
  }
  if (/SSL|TLS|wrong version number/i.test(reason)) return `Check security.protocol (${protocol}) against the listener.`
  if (/ECONNREFUSED|Connection timeout/.test(reason)) return `Check ${servers} and that the broker runs there.`
  return `Check ${servers}, and security.protocol (${protocol}) against the listener of that port.`
}
