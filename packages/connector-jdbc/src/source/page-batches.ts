// Makes batches of the rows of a page: cut to length and to one schema each, with their keys and the granularity of times that is wanted.
import { RetriableError, type Json, type Log, type SourceBatch } from '@rowbridge/api'
import { schemaOfRow, type Page } from '@rowbridge/sql'
import { timestampNames, withGranularity, type Granularity } from './granularity.js'
import { slicesOf } from './page-slices.js'
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
  #moments: readonly string[]

  constructor(options: BatchOptions) {
    this.#options = options
    this.#moments = options.granularity === null ? [] : options.source.timestamps
  }

  /** Columns whose exact instants are asked for, for the granularity. */
  get moments(): readonly string[] {
    return this.#moments
  }

  /** Asks for no exact instants until a page shows which columns have them. */
  forgetMoments(): void {
    this.#moments = []
  }

  /** Stretches of a page's first rows that become a batch each. */
  slices(page: Page, rows: number): readonly (readonly [number, number])[] {
    return slicesOf(this.#inGranularity(page), rows, this.#options.batchRows)
  }

  of(raw: Page, [start, end]: readonly [number, number], sourceOffset: Json): SourceBatch {
    const { source } = this.#options
    this.#warnLeftOut(raw)
    const page = this.#inGranularity(raw)
    const isWhole = start === 0 && end === page.rows.length
    const rows = isWhole ? page.rows : page.rows.slice(start, end)
    const schema = schemaOfRow(page, start)
    this.#tellMisfits(page, start)
    return {
      topic: source.topic,
      partition: null,
      length: end - start,
      key: source.keys?.(schema, rows) ?? null,
      value: { schema, values: rows },
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
    const unasked = timestampNames(page.columns).filter((name) => !this.#moments.includes(name))
    if (unasked.length > 0) {
      this.#moments = [...this.#moments, ...unasked]
      throw new RetriableError('columns-changed', `${source.name} has new timestamp columns: ${unasked.join(', ')}.`)
    }
    const converted = withGranularity(page, granularity, this.#moments)
    this.#converted.set(page, converted)
    return converted
  }

  /** Invariant 3: once per column it is told that a value did not fit, and what became of it. */
  #tellMisfits(page: Page, row: number): void {
    const { source, log } = this.#options
    for (const { field, message } of page.misfits?.get(row) ?? []) {
      const name = `misfit ${page.columns[field]?.name}`
      if (this.#warned.has(name)) continue
      this.#warned.add(name)
      log.warn(`${source.name}.${message}, under a schema of their own.`)
    }
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
