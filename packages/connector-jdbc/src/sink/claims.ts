// Exactly once: the partitions that a task has taken over, and how far each is written. The offset moves in the transaction of the rows, from
// where this task left it and under its epoch, so that rows are written once whoever else tries, and whatever became of the answer.
import { RetriableError, sliceBatch, StateError, type Log, type SinkBatch, type TopicPartition } from '@rowbridge/api'
import type { Database } from '@rowbridge/sql'
import { nameOf, OffsetsTable, type Kept } from './offsets-table.js'

interface Claim extends Kept {
  readonly at: TopicPartition
  /** Records from here up to the next offset are those of a put whose commit was not answered. */
  readonly doubtFrom: number
}

interface Move {
  readonly claim: Claim
  readonly next: number
}

export interface ClaimsOptions {
  readonly table: string
  readonly connector: string
  readonly log: Log
}

/** Thrown where a write that seemed to fail was committed; the same put is then to be made again, and leaves out what is written. */
export const WRITTEN_ALREADY = 'written-already'

export class Claims {
  readonly #options: ClaimsOptions
  readonly #claims = new Map<string, Claim>()
  #table: OffsetsTable | null = null

  constructor(options: ClaimsOptions) {
    this.#options = options
  }

  /** Takes the partition over; resolves to what is kept of it. */
  async take(at: TopicPartition, database: Database): Promise<Kept> {
    const kept = await (await this.#open(database)).claim(at)
    this.#claims.set(nameOf(at), { ...kept, at, doubtFrom: kept.next })
    return kept
  }

  leave(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#claims.delete(nameOf(at))
  }

  /** What of the batches is not written yet; the same array where none is. */
  unwritten(batches: readonly SinkBatch[]): readonly SinkBatch[] {
    const left = batches.flatMap((batch) => {
      const claim = this.#of(batch)
      const first = batch.offsets[0] ?? 0
      if (first >= claim.next) return [batch]
      if (first < claim.doubtFrom) throw behind(batch, claim)
      const from = batch.offsets.findIndex((offset) => offset >= claim.next)
      return from < 0 ? [] : [sliceBatch(batch, from, batch.length)]
    })
    return left.length === batches.length && left.every((batch, i) => batch === batches[i]) ? batches : left
  }

  /** Inside the transaction, before its rows: who has lost a partition stops here. Call what is returned after the commit. */
  async move(batches: readonly SinkBatch[], database: Database): Promise<() => void> {
    const table = await this.#open(database)
    const moves = this.#movesOf(batches)
    for (const { claim, next } of moves) {
      if (!(await table.move(claim.at, claim, next))) await this.#refuse(moves, table)
    }
    return () => {
      for (const { claim, next } of moves) this.#claims.set(nameOf(claim.at), { ...claim, next, doubtFrom: next })
    }
  }

  /** To be called before a transaction, as the table may have to be made. */
  async ready(database: Database): Promise<void> {
    await this.#open(database)
  }

  async #open(database: Database): Promise<OffsetsTable> {
    if (this.#table?.database !== database) {
      const { table: name, connector, log } = this.#options
      this.#table = await OffsetsTable.open({ database, name, connector, log })
    }
    return this.#table
  }

  #of({ topic, originalTopic = topic, partition }: SinkBatch): Claim {
    const claim = this.#claims.get(nameOf({ topic: originalTopic, partition }))
    if (claim !== undefined) return claim
    throw new StateError('not-claimed', `${originalTopic}-${partition} was not opened, and its records were put.`)
  }

  /** In one order in all tasks, so that no two wait for each other. */
  #movesOf(batches: readonly SinkBatch[]): readonly Move[] {
    const moves = new Map<string, Move>()
    for (const batch of batches) {
      const claim = this.#of(batch)
      const next = (batch.offsets.at(-1) ?? 0) + 1
      moves.set(nameOf(claim.at), { claim, next: Math.max(next, moves.get(nameOf(claim.at))?.next ?? 0) })
    }
    return [...moves].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, move]) => move)
  }

  /** A row that is not where this task left it: another has it, or a write that seemed to fail did not. */
  async #refuse(moves: readonly Move[], table: OffsetsTable): Promise<never> {
    const seen: Claim[] = []
    for (const { claim } of moves) {
      const kept = await table.read(claim.at)
      if (kept?.epoch !== claim.epoch) throw fenced(claim, kept)
      seen.push({ ...claim, next: kept.next, doubtFrom: Math.min(claim.next, kept.next) })
    }
    for (const claim of seen) this.#claims.set(nameOf(claim.at), claim)
    const places = seen.map(({ at, next }) => `${nameOf(at)} is written up to ${next}`).join(', ')
    throw new RetriableError('written-already', `${places}: a commit came through whose answer was lost.`)
  }
}

function fenced({ at, epoch }: Claim, kept: Kept | null): StateError {
  const now = kept === null ? 'its row is gone' : `its epoch is ${kept.epoch}, and this task has ${epoch}`
  const message = `${nameOf(at)} was taken over by another task: ${now}. Nothing more is written.`
  return new StateError('fenced', message, {
    hint: 'Restart the task: it then has what its group gives it. Two connectors of one name must not share a database.',
  })
}

/** Nothing but another topic of the same name, or a log that lost records, gives offsets that were given before. */
function behind(batch: SinkBatch, claim: Claim): StateError {
  const message = `${nameOf(claim.at)}@${batch.offsets[0]} comes after ${nameOf(claim.at)}@${claim.next - 1} was written.`
  return new StateError('offset-behind', message, {
    hint: "If the topic was made anew, stop the connector and reset its offsets by DELETE on the connector's offsets.",
  })
}
