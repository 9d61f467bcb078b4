// The admin of the embedded log: each call is one question to the broker.
import type { Admin, TopicSpec } from '../port.js'
import type { AlteredOffset, Broker } from './broker.js'

export function embeddedAdmin(broker: Broker): Admin {
  return {
    clusterId: () => broker.clusterId(),
    topics: () => broker.topics(),
    describe: (topic: string) => broker.describe(topic),
    topicConfig: (topic: string) => broker.topicConfig(topic),
    createTopic: (spec: TopicSpec) => broker.createTopic(spec),
    deleteTopic: (topic: string) => broker.deleteTopic(topic),
    offsets: (topic: string) => broker.offsets(topic),
    committed: (groupId: string) => broker.committed(groupId),
    alterCommitted: (groupId: string, offsets: readonly AlteredOffset[]) => broker.alterCommitted(groupId, offsets),
    deleteGroup: (groupId: string) => broker.deleteGroup(groupId),
    close: () => Promise.resolve(),
  }
}
