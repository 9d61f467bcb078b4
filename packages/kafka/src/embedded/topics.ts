// The topics of the folder: a folder each, with what the topic is and a folder for each partition.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StateError, type Log, type Props } from '@rowbridge/api'
import type { TopicDescription, TopicSpec } from '../port.js'
import { crc32c } from '../crc32c.js'
import { syncFolder, writeDurably } from './durable-files.js'
import { maintain } from './maintenance.js'
import { openPartition, type CleanEnd, type Partition } from './partition.js'
import { topicConfig } from './topic-config.js'

interface Topic {
  readonly name: string
  readonly partitions: number
  readonly config: Props
}

interface OpenPartition {
  readonly partition: Partition
  readonly endMaintenance: () => Promise<void>
}

const DELETED = '~deleted'

export const INTERNAL_TOPIC = '__consumer_offsets'

export class Topics {
  readonly #folder: string
  readonly #cleanEnds: string
  readonly #props: Props
  readonly #log: Log
  readonly #topics = new Map<string, Topic>()
  readonly #open = new Map<string, Promise<OpenPartition>>()
  readonly #listeners = new Set<() => void>()
  #clean: Record<string, CleanEnd> = {}

  constructor(folder: string, props: Props, log: Log) {
    this.#folder = join(folder, 'topics')
    this.#cleanEnds = join(folder, 'clean.json')
    this.#props = props
    this.#log = log
  }

  /** Reads which topics there are; partitions are opened when first used. */
  load(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name)
      if (name.includes(DELETED)) rmSync(path, { recursive: true, force: true })
      else if (existsSync(join(path, 'topic.json'))) {
        const topic = parsed(join(path, 'topic.json')) as Topic
        this.#topics.set(topic.name, topic)
      }
    }
    this.#clean = this.#takeCleanEnds()
  }

  list(): TopicDescription[] {
    return [...this.#topics.values()].map(descriptionOf)
  }

  describe(name: string): TopicDescription | null {
    const topic = this.#topics.get(name)
    return topic === undefined ? null : descriptionOf(topic)
  }

  config(name: string): Readonly<Record<string, string>> {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw unknownTopic(name)
    return { 'cleanup.policy': 'delete', ...topic.config }
  }

  /** The topic, made when the log may make topics on first use. */
  demand(name: string): TopicDescription {
    const known = this.describe(name)
    if (known !== null) return known
    checkName(name)
    if (this.#props['auto.create.topics.enable'] === 'false') throw unknownTopic(name)
    this.create({ topic: name, partitions: -1, replicationFactor: 1 })
    return this.demand(name)
  }

  create(spec: TopicSpec): boolean {
    checkName(spec.topic)
    if (this.#topics.has(spec.topic)) return false
    const partitions = spec.partitions === -1 ? this.#defaultPartitions() : spec.partitions
    if (!Number.isInteger(partitions) || partitions < 1) {
      throw new StateError('invalid-topic', `${spec.topic}: a topic cannot have ${partitions} partitions`)
    }
    const topic = { name: spec.topic, partitions, config: { ...spec.config } }
    topicConfig(topic.config, this.#props)
    const path = this.#pathOf(spec.topic)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    writeDurably(join(path, 'topic.json'), `${JSON.stringify(topic)}\n`)
    syncFolder(this.#folder)
    this.#topics.set(topic.name, topic)
    this.#tell()
    return true
  }

  async delete(name: string): Promise<void> {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw unknownTopic(name)
    this.#topics.delete(name)
    for (let partition = 0; partition < topic.partitions; partition++) await this.#close(keyOf(name, partition))
    const away = `${this.#pathOf(name)}${DELETED}-${randomUUID().slice(0, 8)}`
    renameSync(this.#pathOf(name), away)
    syncFolder(this.#folder)
    rmSync(away, { recursive: true, force: true })
    this.#tell()
  }

  async partition(name: string, partition: number): Promise<Partition> {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw unknownTopic(name)
    if (!Number.isInteger(partition) || partition < 0 || partition >= topic.partitions) {
      throw new StateError('unknown-partition', `${name} has no partition ${partition}`, {
        hint: `Its partitions are 0 to ${topic.partitions - 1}.`,
      })
    }
    const key = keyOf(name, partition)
    let opening = this.#open.get(key)
    if (opening === undefined) {
      opening = this.#openPartition(topic, partition)
      this.#open.set(key, opening)
      opening.catch(() => this.#open.delete(key))
    }
    return (await opening).partition
  }

  /** Calls back when topics came or went. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits for open appends and notes where each partition ends. */
  async close(): Promise<void> {
    for (const key of this.#open.keys()) {
      const end = await this.#close(key)
      if (end !== null) this.#clean[key] = end
    }
    writeDurably(this.#cleanEnds, `${JSON.stringify(this.#clean)}\n`)
  }

  async #openPartition(topic: Topic, partition: number): Promise<OpenPartition> {
    const key = keyOf(topic.name, partition)
    const opened = await openPartition({
      folder: join(this.#pathOf(topic.name), String(partition)),
      name: `${topic.name}-${partition}`,
      config: topicConfig(topic.config, this.#props),
      clean: this.#clean[key] ?? null,
      log: this.#log,
    })
    delete this.#clean[key]
    return { partition: opened, endMaintenance: maintain(opened) }
  }

  async #close(key: string): Promise<CleanEnd | null> {
    const opening = this.#open.get(key)
    delete this.#clean[key]
    if (opening === undefined) return null
    this.#open.delete(key)
    const open = await opening.catch(() => null)
    await open?.endMaintenance()
    return open === null ? null : open.partition.close()
  }

  /** They hold until the first append: taken away at once, so that a crash leaves no stale ones. */
  #takeCleanEnds(): Record<string, CleanEnd> {
    if (!existsSync(this.#cleanEnds)) return {}
    const ends = parsed(this.#cleanEnds) as Record<string, CleanEnd>
    rmSync(this.#cleanEnds)
    syncFolder(dirname(this.#cleanEnds))
    return ends
  }

  /** Names that differ in case only are different topics on every file system. */
  #pathOf(name: string): string {
    if (/^[a-z0-9._-]{0,199}[a-z0-9_-]$/.test(name)) return join(this.#folder, name)
    const hash = crc32c(Buffer.from(name)).toString(16).padStart(8, '0')
    return join(this.#folder, `${name.toLowerCase().slice(0, 200)}~${hash}`)
  }

  #defaultPartitions(): number {
    return Number(this.#props['num.partitions'] ?? 1)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`

const descriptionOf = ({ name, partitions }: Topic): TopicDescription => ({
  topic: name,
  partitions,
  isInternal: name === INTERNAL_TOPIC,
})

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new StateError('corrupt-log', `${path} cannot be read`, { cause, hint: 'Restore the file from a backup.' })
  }
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return
  throw new StateError('invalid-topic', `${JSON.stringify(name)} cannot be the name of a topic`, {
    hint: 'Use 1 to 249 letters, digits, dots, underscores and hyphens.',
  })
}

export function unknownTopic(name: string): StateError {
  return new StateError('unknown-topic', `There is no topic ${name}`, {
    hint: 'Create it, or look at its name with `topics list`.',
  })
}
