// Topics as a stock Kafka client sees them: past all code under test.
import { setTimeout as pause } from 'node:timers/promises'
import { uniqueName } from '@rowbridge/testkit'
import { Kafka, logLevel } from 'kafkajs'

const client = (bootstrap: string) => new Kafka({ clientId: 'test', brokers: [bootstrap], logLevel: logLevel.NOTHING })

/** The values of the first `count` records of a topic, parsed; waits for the topic and for the records. */
export async function messages(bootstrap: string, topic: string, count: number): Promise<unknown[]> {
  const admin = client(bootstrap).admin()
  await admin.connect()
  while (!(await admin.listTopics()).includes(topic)) await pause(50)
  await admin.disconnect()
  const consumer = client(bootstrap).consumer({ groupId: uniqueName('look') })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const values: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: ({ message }) => {
          values.push(message.value === null ? null : JSON.parse(message.value.toString()))
          if (values.length >= count) resolve()
          return Promise.resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return values
}

/** Sends one value as a console producer does: a line of text, no key. */
export async function produceByHand(bootstrap: string, topic: string, value: unknown): Promise<void> {
  const producer = client(bootstrap).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: JSON.stringify(value) }] })
  await producer.disconnect()
}
