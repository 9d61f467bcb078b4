// Kafka over the network: one cluster view and its connections behind the port.
import type { Log } from '@rowbridge/api'
import { Cluster } from './cluster.js'
import { networkSettings, type KafkaProps } from './network-config.js'
import { NetworkAdmin } from './network-admin.js'
import { NetworkConsumer } from './network-consumer.js'
import { NetworkProducer } from './network-producer.js'
import { workerMember } from './worker-member.js'
import type { Kafka } from './port.js'

export interface NetworkOptions {
  readonly clientId: string
  readonly log: Log
}

/** A Kafka cluster, by a Java client's properties; nothing is connected before it is used. Needs brokers from 2.4 on. */
export function networkKafka(props: KafkaProps, options: NetworkOptions): Kafka {
  const settings = networkSettings(props)
  const clusters = new Map<string, Cluster>()
  const clusterOf = (clientId: string) => {
    let cluster = clusters.get(clientId)
    if (cluster === undefined) clusters.set(clientId, (cluster = new Cluster(settings, { clientId, log: options.log })))
    return cluster
  }
  let lanes = 0
  return {
    producer: ({ clientId, props: own }) =>
      new NetworkProducer(clusterOf(clientId), { lane: `producer-${++lanes}`, props: { ...props, ...own } }),
    consumer: (wanted) => {
      const place = {
        cluster: clusterOf(wanted.clientId),
        lane: `consumer-${++lanes}`,
        props: { ...props, ...wanted.props },
      }
      return new NetworkConsumer(place, wanted)
    },
    member: (options) => workerMember(clusterOf(options.clientId), `member-${++lanes}`, options),
    admin: (clientId) => new NetworkAdmin(clusterOf(clientId)),
    close: () => {
      for (const cluster of clusters.values()) cluster.close()
      return Promise.resolve()
    },
  }
}
