// A folder for files, and tasks on it that are driven by hand, for tests.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { objectOf, stringifyJson, type Json, type Props, type SourceBatch, type SourceTask } from '@rowbridge/api'
import { csvKind, jsonKind } from './kinds.js'
import { SpoolDirTask } from './task.js'

export class SpoolPlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'rowbridge-spool-'))
  readonly offsets = new Map<string, Json>()
  readonly logged: string[] = []
  readonly #tasks: SourceTask[] = []

  constructor() {
    for (const name of ['in', 'done', 'bad']) mkdirSync(join(this.folder, name))
  }

  /** A file that nobody has written to for a minute. */
  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, 'in', name)
    writeFileSync(path, content)
    this.age(name)
    return path
  }

  age(name: string): void {
    const minuteAgo = Date.now() / 1000 - 60
    utimesSync(join(this.folder, 'in', name), minuteAgo, minuteAgo)
  }

  names(folder: 'in' | 'done' | 'bad'): readonly string[] {
    return readdirSync(join(this.folder, folder)).toSorted()
  }

  props(more: Props): Props {
    return {
      topic: 't',
      'input.path': join(this.folder, 'in'),
      'finished.path': join(this.folder, 'done'),
      'error.path': join(this.folder, 'bad'),
      'input.file.pattern': String.raw`.*\.(csv|json)`,
      'empty.poll.wait.ms': '1',
      'schema.generation.enabled': 'true',
      'csv.first.row.as.header': 'true',
      'run.once': 'true',
      ...more,
    }
  }

  async task(kind: 'csv' | 'json', more: Props = {}): Promise<SourceTask> {
    const task: SourceTask = kind === 'csv' ? new SpoolDirTask(csvKind) : new SpoolDirTask(jsonKind)
    this.#tasks.push(task)
    const say = (message: string) => void this.logged.push(message)
    await task.start(this.props(more), {
      connector: 'files',
      task: 0,
      log: { debug: say, info: say, warn: say, error: say },
      metrics: { add: () => undefined, set: () => undefined },
      signal: new AbortController().signal,
      offsets: { read: (wanted) => Promise.resolve(wanted.map((one) => this.offsets.get(stringifyJson(one)) ?? null)) },
    })
    return task
  }

  /** The log holds the batch, and its offset is stored. */
  async ack(task: SourceTask, batch: SourceBatch): Promise<void> {
    this.offsets.set(stringifyJson(batch.sourcePartition), batch.sourceOffset)
    await task.commit?.(batch)
  }

  /** All that comes until the folder has no more, each batch acked at once. */
  async drain(task: SourceTask): Promise<SourceBatch[]> {
    const batches: SourceBatch[] = []
    while (task.isAtEnd?.() !== true) {
      for (const batch of await task.poll()) {
        batches.push(batch)
        await this.ack(task, batch)
      }
    }
    return batches
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.stop()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The values of all records, by name. */
export function valuesOf(batches: readonly SourceBatch[]): readonly Record<string, unknown>[] {
  return batches.flatMap(({ value: { schema, values } }) =>
    values.map((row) => (schema === null ? {} : objectOf(schema, row as readonly unknown[]))),
  )
}
