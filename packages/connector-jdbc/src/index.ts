// Polls tables into topics and writes topics into tables. The public face of this package.
import type { SinkPlugin, SourcePlugin } from '@rowbridge/api'
import { sinkConfig } from './sink/config.js'
import { sourceConfig } from './source/config.js'

const VERSION = '0.1.0'

export { sinkConfig, sourceConfig }

export const jdbcSource: SourcePlugin = {
  type: 'source',
  className: 'io.confluent.connect.jdbc.JdbcSourceConnector',
  otherNames: ['io.aiven.connect.jdbc.JdbcSourceConnector'],
  taskClass: 'io.confluent.connect.jdbc.source.JdbcSourceTask',
  version: VERSION,
  config: sourceConfig,
  connector: async () => new (await import('./source/connector.js')).JdbcSourceConnector(),
  task: async () => new (await import('./source/task.js')).JdbcSourceTask(),
}

export const jdbcSink: SinkPlugin = {
  type: 'sink',
  className: 'io.confluent.connect.jdbc.JdbcSinkConnector',
  otherNames: ['io.aiven.connect.jdbc.JdbcSinkConnector', 'io.debezium.connector.jdbc.JdbcSinkConnector'],
  taskClass: 'io.confluent.connect.jdbc.sink.JdbcSinkTask',
  version: VERSION,
  config: sinkConfig,
  connector: async () => new (await import('./sink/connector.js')).JdbcSinkConnector(),
  task: async () => new (await import('./sink/task.js')).JdbcSinkTask(),
}
