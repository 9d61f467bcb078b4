// Makes batches of the rows of a page: cut to length, with the granularity of times that is wanted.
import { RetriableError, type Json, type Log, type SourceBatch } from '@rowbridge/api'
import type { Page } from '@rowbridge/sql'
import { timestampNames, withGranularity, type Granularity } from './granularity.js'
import type { RowSource } from './row-source.js'

export interface BatchOptions {
  readonly source: RowSource
  /** Rows of one batch. */
  readonly batchRows: number
  /** Null: timestamps stay as they are. */
  readonly granularity: Granularity | null
  readonly log: Log
}

export class PageBatches {
  readonly #options: BatchOptions
  readonly #warned = new Set<string>()
  readonly #converted = new WeakMap<Page, Page>()
  #instants: readonly string[]

  constructor(options: BatchOptions) {
    this.#options = options
    this.#instants = [
      ...(options.source.cursor?.instants ?? []),
      ...(options.granularity === null ? [] : options.source.timestamps),
    ]
  }

  /** Columns whose exact instants are asked for: the cursor's first. */
  get instants(): readonly string[] {
    return this.#instants
  }

  /** From where to where the batches of so many rows go. */
  slices(rows: number): (readonly [number, number])[] {
    const { batchRows } = this.#options
    const starts = Array.from({ length: Math.ceil(rows / batchRows) }, (_, i) => i * batchRows)
    return starts.map((start) => [start, Math.min(start + batchRows, rows)])
  }

  of(raw: Page, [start, end]: readonly [number, number], sourceOffset: Json): SourceBatch {
    const { source } = this.#options
    this.#warnLeftOut(raw)
    const page = this.#inGranularity(raw)
    const isWhole = start === 0 && end === page.rows.length
    return {
      topic: source.topic,
      partition: null,
      length: end - start,
      key: null,
      value: { schema: page.schema, values: isWhole ? page.rows : page.rows.slice(start, end) },
      timestamps: null,
      headers: null,
      sourcePartition: source.partition,
      sourceOffset,
    }
  }

  /** A page is converted when its first batch is made. */
  #inGranularity(page: Page): Page {
    const { granularity, source } = this.#options
    if (granularity === null) return page
    const known = this.#converted.get(page)
    if (known !== undefined) return known
    const unasked = timestampNames(page.columns).filter((name) => !this.#instants.includes(name))
    if (unasked.length > 0) {
      this.#instants = [...this.#instants, ...unasked]
      throw new RetriableError('columns-changed', `${source.name} has new timestamp columns: ${unasked.join(', ')}.`)
    }
    const converted = withGranularity(page, granularity, this.#instants)
    this.#converted.set(page, converted)
    return converted
  }

  #warnLeftOut(page: Page): void {
    if (page.columns.length === page.schema.fields.length) return
    const { source, log } = this.#options
    for (const { name, schema, typeName } of page.columns) {
      if (schema !== null || this.#warned.has(name)) continue
      this.#warned.add(name)
      log.warn(`${source.name}.${name} is left out: its type ${typeName} cannot be read.`)
    }
  }
}
