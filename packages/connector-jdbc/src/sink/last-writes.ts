// Folds writes of one table: of each key only the last one stands, and what is left can be written in bulk. Where folding would lose
// something, the writes so far become steps of their own, to be done first.
import type { KeyId, KeyIdentity } from './key-identity.js'

/** What rows of one shape need to be written; equal shapes are one object. */
export interface Shape {
  readonly key: KeyIdentity
  /** Whether a row of this shape sets all columns that a row of the other one sets. */
  covers(other: Shape): boolean
  /** Whether it sets every column of its table. */
  coversTable(): boolean
  /** What tells newer from older; undefined where nothing does. */
  versionOf(row: readonly unknown[]): unknown
}

/** Rows to write by one statement after another; `records` says for each row which record it came from. */
export interface Step<S extends Shape> {
  readonly kind: 'write' | 'delete'
  readonly shape: S
  readonly rows: unknown[][]
  readonly records: number[]
}

/** Takes the writes of one table in order and says what is to be done. */
export interface Writes<S extends Shape> {
  write(shape: S, row: unknown[], record: number): void
  /** `row` holds the key alone. */
  delete(shape: S, row: unknown[], record: number): void
  /** The steps, in order; afterwards there are none. */
  finish(): readonly Step<S>[]
}

export class LastWrites<S extends Shape> implements Writes<S> {
  readonly #steps: Step<S>[] = []
  /** Whether a write to a row that was just deleted brings the row back. */
  readonly #revives: boolean
  #kind: string | null = null
  readonly #rows: (unknown[] | null)[] = []
  readonly #shapes: S[] = []
  readonly #records: number[] = []
  readonly #writes = new Map<KeyId, number>()
  readonly #deletes = new Map<KeyId, number>()
  readonly #loose = new Map<string, KeyId>()

  constructor(options: { readonly revives: boolean }) {
    this.#revives = options.revives
  }

  write(shape: S, row: unknown[], record: number): void {
    const id = this.#enter(shape, row)
    const earlier = this.#writes.get(id)
    if (earlier === undefined) {
      if (this.#replacesDelete(shape)) this.#forget(this.#deletes, id)
    } else if (this.#isOlder(earlier, shape, row)) {
      return
    } else if (this.#isCovered(earlier, shape) && this.#isOrdered(earlier, shape, row)) {
      this.#forget(this.#writes, id)
    } else {
      this.#flush()
      this.#enter(shape, row)
    }
    this.#writes.set(id, this.#push(shape, row, record))
  }

  delete(shape: S, row: unknown[], record: number): void {
    const id = this.#enter(shape, row)
    this.#forget(this.#writes, id)
    this.#forget(this.#deletes, id)
    this.#deletes.set(id, this.#push(shape, row, record))
  }

  finish(): readonly Step<S>[] {
    this.#flush()
    return this.#steps.splice(0)
  }

  /** The identity of the key; what cannot stand beside it becomes steps. */
  #enter(shape: S, row: unknown[]): KeyId {
    const { kind, idOf, looseIdOf } = shape.key
    if (kind !== this.#kind) this.#flush()
    this.#kind = kind
    const id = idOf(row)
    if (looseIdOf === null) return id
    const loose = looseIdOf(row)
    const other = this.#loose.get(loose)
    if (other !== undefined && other !== id) {
      this.#flush()
      this.#kind = kind
    }
    this.#loose.set(loose, id)
    return id
  }

  /** Whether writing a row does all that deleting it before would do. A collation may let a key of text keep another spelling. */
  #replacesDelete(shape: S): boolean {
    return this.#revives && shape.key.looseIdOf === null && shape.coversTable()
  }

  #versions(slot: number, shape: S, row: unknown[]): readonly [earlier: unknown, later: unknown] {
    return [this.#shapes[slot]?.versionOf(this.#rows[slot] ?? []), shape.versionOf(row)]
  }

  #isOlder(slot: number, shape: S, row: unknown[]): boolean {
    const [earlier, later] = this.#versions(slot, shape, row)
    return isNumeric(earlier) && isNumeric(later) && later < earlier
  }

  /** Whether it is known here that the later row is the newer one; else the database is to tell. */
  #isOrdered(slot: number, shape: S, row: unknown[]): boolean {
    const [earlier, later] = this.#versions(slot, shape, row)
    return later === undefined || (isNumeric(earlier) && isNumeric(later))
  }

  #isCovered(slot: number, by: S): boolean {
    const shape = this.#shapes[slot]
    return shape !== undefined && by.covers(shape)
  }

  #forget(slots: Map<KeyId, number>, id: KeyId): void {
    const slot = slots.get(id)
    if (slot === undefined) return
    this.#rows[slot] = null
    slots.delete(id)
  }

  #push(shape: S, row: unknown[], record: number): number {
    this.#rows.push(row)
    this.#shapes.push(shape)
    this.#records.push(record)
    return this.#rows.length - 1
  }

  /** Deletes first: a row that is deleted and written again begins anew. */
  #flush(): void {
    this.#addSteps('delete', this.#deletes)
    this.#addSteps('write', this.#writes)
    this.#rows.length = 0
    this.#shapes.length = 0
    this.#records.length = 0
    this.#writes.clear()
    this.#deletes.clear()
    this.#loose.clear()
    this.#kind = null
  }

  #addSteps(kind: Step<S>['kind'], slots: ReadonlyMap<KeyId, number>): void {
    const byShape = new Map<S, Step<S>>()
    for (const slot of [...slots.values()].sort((a, b) => a - b)) {
      const [shape, row, record] = [this.#shapes[slot], this.#rows[slot], this.#records[slot]]
      if (shape === undefined || row === null || row === undefined || record === undefined) continue
      const step = byShape.get(shape) ?? { kind, shape, rows: [], records: [] }
      byShape.set(shape, step)
      step.rows.push(row)
      step.records.push(record)
    }
    this.#steps.push(...byShape.values())
  }
}

function isNumeric(version: unknown): version is number | bigint {
  return typeof version === 'number' || typeof version === 'bigint'
}
