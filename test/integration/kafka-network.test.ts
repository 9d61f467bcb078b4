// Kafka over the network passes the suite of the port, on real brokers of both lines.
import { openKafka } from '@rowbridge/kafka'
import { describeWith, kafkaConformance, server, uniqueName, type KafkaHouse } from '@rowbridge/testkit'
import { silent } from './kafka-records.js'

describeWith(['kafka'], 'over the network', () => {
  kafkaConformance('Kafka 3.9', () => house('3.9'))
  kafkaConformance('Kafka 4', () => house('4'))
})

async function house(version: '3.9' | '4'): Promise<KafkaHouse> {
  const broker = await server('kafka', { version })
  const props = { 'bootstrap.servers': broker.bootstrap, 'metadata.max.age.ms': '1000' }
  const open = () => openKafka(props, { clientId: 'suite', log: silent, access: 'own' })
  const kafka = await open()
  const admin = kafka.admin('suite')
  const topics: string[] = []
  return {
    kafka,
    topic: async (partitions) => {
      const topic = uniqueName('conformance')
      const config = { 'message.timestamp.after.max.ms': '9223372036854775807' }
      await admin.createTopic({ topic, partitions, replicationFactor: 1, config })
      topics.push(topic)
      return topic
    },
    reopen: open,
    close: async () => {
      for (const topic of topics) await admin.deleteTopic(topic)
      await admin.close()
      await kafka.close()
      await broker[Symbol.asyncDispose]()
    },
  }
}
