// Writes each line of a file, or of standard input, as a record. Offsets are those of Kafka's own connector, counted in bytes.
import { setTimeout as pause } from 'node:timers/promises'
import {
  primitive,
  shown,
  StateError,
  type Connector,
  type Json,
  type Log,
  type Props,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
} from '@rowbridge/api'
import { fileStreamSourceConfig, type FileStreamSourceConfig } from './config.js'
import { Lines } from './lines.js'
import { StandardInput } from './standard-input.js'
import { Tail } from './tail.js'

const LINE = primitive('string')
const PAUSE_MS = 100

export class FileStreamSourceConnector implements Connector {
  #props: Props | null = null

  start(props: Props): Promise<void> {
    fileStreamSourceConfig.parse(props)
    this.#props = props
    return Promise.resolve()
  }

  /** One task, whatever is asked for: a file is read in order. */
  taskConfigs(): Promise<readonly Props[]> {
    return Promise.resolve(this.#props === null ? [] : [this.#props])
  }

  stop(): Promise<void> {
    this.#props = null
    return Promise.resolve()
  }

  /** Nothing else is to be changed, whatever the offsets. */
  alterOffsets(
    props: Props,
    changes: readonly { readonly partition: Json; readonly offset: Json }[],
  ): Promise<boolean> {
    return new Promise((resolve) => {
      if (fileStreamSourceConfig.parse(props).file === null) {
        throw new StateError('bad-offsets', 'Standard input has no offsets that could be changed', {
          hint: 'Set file.',
        })
      }
      for (const { partition, offset } of changes) checkOffset(partition, offset)
      resolve(true)
    })
  }
}

/** Throws StateError `bad-offsets`; any offset may be reset. */
export function checkOffset(partition: Json, offset: Json): void {
  if (offset === null) return
  const bad = (problem: string) =>
    new StateError('bad-offsets', `The offset of ${shown(partition)} cannot be used: ${problem}`, {
      hint: 'The form is {"partition": {"filename": "/path"}, "offset": {"position": 0}}.',
    })
  const position = memberOf(offset, 'position')
  if (position === undefined) throw bad('it has no position')
  const isWhole = typeof position === 'bigint' || Number.isInteger(position)
  if (!isWhole || Number(position) < 0) throw bad('position must be a whole number that is not negative')
  if (memberOf(partition, 'filename') === undefined) throw bad('its partition has no filename')
}

function memberOf(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as { readonly [key: string]: Json })[name]
}

interface Started {
  readonly config: FileStreamSourceConfig
  readonly input: Tail | StandardInput
  readonly signal: AbortSignal
  readonly log: Log
  readonly isRunOnce: boolean
}

export class FileStreamSourceTask implements SourceTask {
  #started: Started | null = null
  #lines = new Lines(0)
  #isAtEnd = false

  async start(props: Props, context: SourceTaskContext): Promise<void> {
    const config = fileStreamSourceConfig.parse(props)
    const { log, signal, offsets } = context
    let input: Tail | StandardInput = new StandardInput(process.stdin)
    if (config.file !== null) {
      const [stored] = await offsets.read([{ filename: config.file }])
      const position = Number(memberOf(stored ?? null, 'position') ?? 0)
      input = new Tail(config.file, position, log)
      this.#lines = new Lines(position)
    }
    this.#started = { config, input, signal, log, isRunOnce: props['run.once'] === 'true' }
  }

  async poll(): Promise<readonly SourceBatch[]> {
    if (this.#started === null) throw new StateError('not-started', 'The task is not started.')
    const { config, input, signal, isRunOnce } = this.#started
    const most = Math.max(1, config['batch.size'])
    while (this.#lines.ready < most) {
      const chunk = await input.read()
      if (chunk === null) break
      if (chunk !== 'again') this.#lines.add(chunk)
      else if (this.#lines.ready > 0) return this.#lastOf(most)
      else this.#startOver()
    }
    const batches = this.#batch(most)
    if (batches.length > 0) return batches
    this.#isAtEnd = isRunOnce
    if (!isRunOnce) await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    return []
  }

  isAtEnd(): boolean {
    return this.#isAtEnd
  }

  async stop(): Promise<void> {
    await this.#started?.input.close()
    this.#started = null
  }

  /** What is left of the file before. */
  #lastOf(most: number): readonly SourceBatch[] {
    const batches = this.#batch(most)
    this.#startOver()
    return batches
  }

  #startOver(): void {
    if (this.#lines.unfinished > 0) {
      this.#started?.log.warn(
        `The last line of the file before had no end; its ${this.#lines.unfinished} bytes are left out.`,
      )
    }
    this.#lines = new Lines(0)
  }

  #batch(most: number): readonly SourceBatch[] {
    const taken = this.#lines.take(most)
    if (taken === null || this.#started === null) return []
    const { file, topic } = this.#started.config
    const { lines, end } = taken
    const now = Date.now()
    return [
      {
        topic,
        partition: null,
        length: lines.length,
        key: null,
        value: { schema: LINE, values: lines },
        timestamps: lines.map(() => now),
        headers: null,
        sourcePartition: { filename: file },
        sourceOffset: { position: file === null ? null : end },
      },
    ]
  }
}
