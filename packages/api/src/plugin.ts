// How a plugin tells the worker what it is, without being loaded: connectors and converters are imported when first used.
import type { ConfigDef, ConfigKeys } from './config/define.js'
import type { Connector, Props, SinkTask, SourceTask } from './connector.js'
import type { ConverterFactory, HeaderConverterFactory } from './converter.js'
import type { Predicate, Transform } from './transform.js'

interface PluginNames {
  /** Full name by which configurations call it, for example `io.confluent.connect.jdbc.JdbcSourceConnector`. */
  readonly className: string
  /** Further full names that mean the same plugin. */
  readonly otherNames?: readonly string[]
  readonly version: string
  readonly config: ConfigDef<ConfigKeys>
}

export interface SourcePlugin extends PluginNames {
  readonly type: 'source'
  /** Value of `task.class` in task configs. */
  readonly taskClass: string
  connector(): Promise<Connector>
  task(): Promise<SourceTask>
}

export interface SinkPlugin extends PluginNames {
  readonly type: 'sink'
  readonly taskClass: string
  connector(): Promise<Connector>
  task(): Promise<SinkTask>
}

export interface ConverterPlugin extends PluginNames {
  readonly type: 'converter'
  converter(): Promise<ConverterFactory>
}

export interface HeaderConverterPlugin extends PluginNames {
  readonly type: 'header_converter'
  headerConverter(): Promise<HeaderConverterFactory>
}

/** `defineTransform` makes one. */
export interface TransformPlugin extends PluginNames {
  readonly type: 'transformation'
  /** One transform from its properties, the prefix removed. Throws ConfigError. */
  transform(props: Props): Promise<Transform>
}

/** `definePredicate` makes one. */
export interface PredicatePlugin extends PluginNames {
  readonly type: 'predicate'
  predicate(props: Props): Promise<Predicate>
}

export type ConnectorPlugin = SourcePlugin | SinkPlugin
export type Plugin = ConnectorPlugin | ConverterPlugin | HeaderConverterPlugin | TransformPlugin | PredicatePlugin
