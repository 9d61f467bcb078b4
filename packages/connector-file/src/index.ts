// Reads files into topics and writes topics into files. The public face of this package.
import type { Plugin, SinkPlugin, SourcePlugin } from '@rowbridge/api'
import { fileStreamSinkConfig, fileStreamSourceConfig } from './stream/config.js'

const VERSION = '0.1.0'

export { fileStreamSinkConfig, fileStreamSourceConfig }

export const fileStreamSource: SourcePlugin = {
  type: 'source',
  className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  taskClass: 'org.apache.kafka.connect.file.FileStreamSourceTask',
  version: VERSION,
  config: fileStreamSourceConfig,
  connector: async () => new (await import('./stream/source.js')).FileStreamSourceConnector(),
  task: async () => new (await import('./stream/source.js')).FileStreamSourceTask(),
}

export const fileStreamSink: SinkPlugin = {
  type: 'sink',
  className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
  taskClass: 'org.apache.kafka.connect.file.FileStreamSinkTask',
  version: VERSION,
  config: fileStreamSinkConfig,
  connector: async () => new (await import('./stream/sink.js')).FileStreamSinkConnector(),
  task: async () => new (await import('./stream/sink.js')).FileStreamSinkTask(),
}

/** All connectors of this package. */
export const fileConnectors: readonly Plugin[] = [fileStreamSource, fileStreamSink]
