// Reads files into topics and writes topics into files. The public face of this package.
import type { Plugin, SinkPlugin, SourcePlugin } from '@rowbridge/api'
import { spoolDirCsvConfig, spoolDirJsonConfig } from './spool/config.js'
import { fileStreamSinkConfig, fileStreamSourceConfig } from './stream/config.js'

const VERSION = '0.1.0'

export { fileStreamSinkConfig, fileStreamSourceConfig, spoolDirCsvConfig, spoolDirJsonConfig }

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

export const spoolDirCsvSource: SourcePlugin = {
  type: 'source',
  className: 'com.github.jcustenborder.kafka.connect.spooldir.SpoolDirCsvSourceConnector',
  taskClass: 'com.github.jcustenborder.kafka.connect.spooldir.SpoolDirCsvSourceTask',
  version: VERSION,
  config: spoolDirCsvConfig,
  connector: async () => new (await import('./spool/connector.js')).SpoolDirConnector(spoolDirCsvConfig),
  task: async () => new (await import('./spool/task.js')).SpoolDirTask((await import('./spool/kinds.js')).csvKind),
}

export const spoolDirJsonSource: SourcePlugin = {
  type: 'source',
  className: 'com.github.jcustenborder.kafka.connect.spooldir.SpoolDirJsonSourceConnector',
  taskClass: 'com.github.jcustenborder.kafka.connect.spooldir.SpoolDirJsonSourceTask',
  version: VERSION,
  config: spoolDirJsonConfig,
  connector: async () => new (await import('./spool/connector.js')).SpoolDirConnector(spoolDirJsonConfig),
  task: async () => new (await import('./spool/task.js')).SpoolDirTask((await import('./spool/kinds.js')).jsonKind),
}

/** All connectors of this package. */
export const fileConnectors: readonly Plugin[] = [
  fileStreamSource,
  fileStreamSink,
  spoolDirCsvSource,
  spoolDirJsonSource,
]
