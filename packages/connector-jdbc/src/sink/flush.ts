// Writes what a put added to its tables. Rows that others point to are there before those that point to them, and go after them.
import type { Database, TableId } from '@rowbridge/sql'
import type { Step } from './last-writes.js'
import type { Records } from './location.js'
import type { TablePlan } from './table-plan.js'
import type { TableWriter, Written } from './table-writer.js'

type Steps = readonly Step<TablePlan>[]

/** `writers` with those that others point to first. Runs inside the open transaction. */
export async function flushAll(writers: readonly TableWriter[], records: Records): Promise<Written> {
  const rounds = writers.map((writer) => ({ writer, rounds: roundsOf(writer.steps()) }))
  const count = Math.max(0, ...rounds.map((one) => one.rounds.length))
  let rows = 0
  let unmatched = 0
  const run = async (writer: TableWriter, steps: Steps) => {
    for (const step of steps) {
      const written = await writer.write(step, records)
      rows += written.rows
      unmatched += written.unmatched
    }
  }
  for (let round = 0; round < count; round += 1) {
    for (const one of rounds.toReversed()) await run(one.writer, one.rounds[round]?.deletes ?? [])
    for (const one of rounds) await run(one.writer, one.rounds[round]?.writes ?? [])
  }
  return { rows, unmatched }
}

interface Round {
  readonly deletes: Step<TablePlan>[]
  readonly writes: Step<TablePlan>[]
}

/** Deletes, then writes; a delete after a write begins the next round. */
function roundsOf(steps: Steps): readonly Round[] {
  const rounds: Round[] = []
  for (const step of steps) {
    let round = rounds.at(-1)
    if (round === undefined || (step.kind === 'delete' && round.writes.length > 0)) {
      round = { deletes: [], writes: [] }
      rounds.push(round)
    }
    if (step.kind === 'delete') round.deletes.push(step)
    else round.writes.push(step)
  }
  return rounds
}

/** Orders the tables of puts by their foreign keys, which are asked for once. */
export class ForeignKeys {
  readonly #database: Database
  readonly #parents = new Map<TableWriter, readonly string[]>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that others point to first; in circles as they come. */
  async ordered(writers: readonly TableWriter[]): Promise<readonly TableWriter[]> {
    if (writers.length < 2) return writers
    for (const writer of writers) {
      if (this.#parents.has(writer)) continue
      this.#parents.set(writer, (await this.#database.references(writer.id)).map(nameOf))
    }
    const byName = new Map(writers.map((writer) => [nameOf(writer.id), writer]))
    const ordered = new Set<TableWriter>()
    const entered = new Set<TableWriter>()
    const enter = (writer: TableWriter): void => {
      if (entered.has(writer)) return
      entered.add(writer)
      for (const name of this.#parents.get(writer) ?? []) {
        const parent = byName.get(name)
        if (parent !== undefined) enter(parent)
      }
      ordered.add(writer)
    }
    for (const writer of writers) enter(writer)
    return [...ordered]
  }
}

/** Some databases have schemas, others catalogs; none of the two both. */
function nameOf({ catalog, schema, table }: TableId): string {
  return JSON.stringify([schema ?? catalog, table])
}
