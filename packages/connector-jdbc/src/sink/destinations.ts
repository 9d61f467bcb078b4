// Which table a topic goes into, as text, and the configuration that holds there.
import { ConfigError, type ConfigProblem, type Props } from '@rowbridge/api'
import { sinkConfig, type SinkConfig } from './config.js'
import { TableKeys } from './table-keys.js'

export interface Destination {
  /** As the configuration writes it, perhaps of several parts and quoted. */
  readonly table: string
  readonly config: SinkConfig
}

export class Destinations {
  readonly config: SinkConfig
  readonly #tableKeys: TableKeys<SinkConfig>
  readonly #mapping: ReadonlyMap<string, string>
  readonly #known = new Map<string, Destination>()

  /** Throws a ConfigError that names every bad key. */
  constructor(props: Props) {
    this.config = sinkConfig.parse(props)
    this.#tableKeys = new TableKeys(props, (own) => sinkConfig.parse(own))
    if (this.problems.length > 0) throw new ConfigError('invalid-config', this.problems)
    this.#mapping = new Map(this.config['topics.to.tables.mapping'].map(pairOf))
  }

  get problems(): readonly ConfigProblem[] {
    return this.#tableKeys.problems
  }

  of(topic: string): Destination {
    const known = this.#known.get(topic)
    if (known !== undefined) return known
    const table = this.#tableOf(topic)
    const destination = { table, config: this.#tableKeys.of(table) ?? this.config }
    this.#known.set(topic, destination)
    return destination
  }

  #tableOf(topic: string): string {
    const { config } = this
    if (this.#mapping.size > 0) {
      const table = this.#mapping.get(topic)
      if (table !== undefined) return table
      const message = `topics.to.tables.mapping has no table for topic ${topic}.`
      throw new ConfigError('no-table-for-topic', [{ key: 'topics.to.tables.mapping', message }], {
        hint: `Add ${topic}:table to it, or name the tables by table.name.format instead.`,
      })
    }
    const dotless = config['table.name.dots'] === 'underscore' ? topic.replaceAll('.', '_') : topic
    const name = config['table.name.normalize'] ? dotless.replaceAll(/[^a-zA-Z0-9_]/g, '_') : dotless
    return config['table.name.format'].replaceAll('${topic}', () => name)
  }
}

function pairOf(item: string): readonly [string, string] {
  const at = item.indexOf(':')
  return [item.slice(0, at).trim(), item.slice(at + 1).trim()]
}
