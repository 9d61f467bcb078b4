// Keeps every write in its order: for inserts, of which none may be folded into another. Neighbours of one kind and shape are one step.
import type { Shape, Step, Writes } from './last-writes.js'
import type { KeyId } from './key-identity.js'

export class InOrder<S extends Shape> implements Writes<S> {
  readonly #steps: Step<S>[] = []
  readonly #deleted = new Set<KeyId>()

  write(shape: S, row: unknown[], record: number): void {
    this.#push(this.#stepOf('write', shape), row, record)
  }

  delete(shape: S, row: unknown[], record: number): void {
    const step = this.#stepOf('delete', shape)
    const id = shape.key.idOf(row)
    if (this.#deleted.has(id)) return
    this.#deleted.add(id)
    this.#push(step, row, record)
  }

  finish(): readonly Step<S>[] {
    return this.#steps.splice(0)
  }

  #stepOf(kind: Step<S>['kind'], shape: S): Step<S> {
    const last = this.#steps.at(-1)
    if (last !== undefined && last.kind === kind && last.shape === shape) return last
    const step: Step<S> = { kind, shape, rows: [], records: [] }
    this.#steps.push(step)
    this.#deleted.clear()
    return step
  }

  #push(step: Step<S>, row: unknown[], record: number): void {
    step.rows.push(row)
    step.records.push(record)
  }
}
