// What a log is: Kafka over the network and the embedded log both pass these tests.
import { randomUUID } from 'node:crypto'
import type { Consumer, ConsumerOptions, Kafka, Producer } from '@rowbridge/kafka'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { adminConformance } from './kafka-admin.js'
import { groupConformance } from './kafka-groups.js'
import { readingConformance } from './kafka-reading.js'
import { sendingConformance } from './kafka-sending.js'

/** A log to be tested, and how to get topics on it. */
export interface KafkaHouse {
  readonly kafka: Kafka
  /** Makes a topic with a name of its own. */
  readonly topic: (partitions: number) => Promise<string>
  /** Opens the log once more, as a second program or a later run would. */
  readonly reopen: () => Promise<Kafka>
  readonly close: () => Promise<void>
}

/** What the parts of the suite are given; `house` may be asked once tests run. */
export interface KafkaSuite {
  readonly house: () => KafkaHouse
  /** A consumer that is closed when the test ends; without other wishes in a group of its own from the earliest. */
  readonly consumer: (options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'topics'>) => Consumer
  /** A producer for the tests of one block. */
  readonly producer: (props?: Readonly<Record<string, string>>) => () => Producer
  /** A group id that nobody else has. */
  readonly group: () => string
}

/** Defines the tests; `open` is called once before them. */
export function kafkaConformance(name: string, open: () => Promise<KafkaHouse>): void {
  describe(name, { timeout: 90_000 }, () => {
    let house: KafkaHouse | null = null
    beforeAll(async () => {
      house = await open()
    }, 120_000)
    afterAll(() => house?.close())
    const suite = suiteOf(() => opened(house, 'log'))
    sendingConformance(suite)
    readingConformance(suite)
    groupConformance(suite)
    adminConformance(suite)
  })
}

function suiteOf(house: () => KafkaHouse): KafkaSuite {
  return {
    house,
    group: newGroup,
    producer: (props = {}) => {
      let producer: Producer | null = null
      beforeAll(() => {
        producer = house().kafka.producer({ clientId: 'suite', props })
      })
      afterAll(() => producer?.close())
      return () => opened(producer, 'producer')
    },
    consumer: (options) => {
      const consumer = house().kafka.consumer({ clientId: 'suite', groupId: newGroup(), start: 'earliest', ...options })
      onTestFinished(() => consumer.close())
      return consumer
    },
  }
}

function opened<T>(resource: T | null, what: string): T {
  if (resource === null) throw new Error(`The ${what} is not open yet`)
  return resource
}

const newGroup = () => `conformance-${randomUUID()}`
