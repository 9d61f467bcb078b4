// All values of a topic as text, read past all code under test.
import { Kafka, logLevel } from 'kafkajs'
import { uniqueName } from '@rowbridge/testkit'

/** In order, from the first record to the last one there is. */
export async function readTopicValues(bootstrap: string, topic: string): Promise<readonly string[]> {
  const kafka = new Kafka({ brokers: bootstrap.split(','), clientId: 'rowbridge-test', logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const wanted = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  const consumer = kafka.consumer({ groupId: uniqueName('rest') })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const values: string[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      if (wanted === 0) return resolve()
      consumer
        .run({
          eachMessage: ({ message }) => {
            values.push(String(message.value))
            if (values.length === wanted) resolve()
            return Promise.resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return values
}
