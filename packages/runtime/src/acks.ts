// Which source offsets may be committed. Invariant 1: an offset never passes an unacked record.
import { stringifyJson, type Json } from '@rowbridge/api'

export interface Submitted {
  readonly partition: Json
  readonly offset: Json
  readonly place: number
  isAcked: boolean
}

interface Queue {
  readonly partition: Json
  /** Submitted and not yet passed, eldest first. */
  open: Submitted[]
  committable: Submitted | null
}

/** The batches of one task in order of submission, one queue per source partition. */
export class Acks {
  readonly #queues = new Map<string, Queue>()
  #places = 0
  #open = 0

  /** Batches submitted and not yet acked. */
  get open(): number {
    return this.#open
  }

  submit(partition: Json, offset: Json): Submitted {
    const key = stringifyJson(partition)
    const queue = this.#queues.get(key) ?? { partition, open: [], committable: null }
    this.#queues.set(key, queue)
    this.#places += 1
    const submitted = { partition, offset, place: this.#places, isAcked: false }
    queue.open.push(submitted)
    this.#open += 1
    return submitted
  }

  ack(submitted: Submitted): void {
    if (submitted.isAcked) return
    submitted.isAcked = true
    this.#open -= 1
    const queue = this.#queues.get(stringifyJson(submitted.partition))
    if (queue === undefined || queue.open[0] !== submitted) return
    const end = queue.open.findIndex((elder) => !elder.isAcked)
    const passed = end < 0 ? queue.open : queue.open.slice(0, end)
    queue.open = end < 0 ? [] : queue.open.slice(end)
    queue.committable = passed.at(-1) ?? queue.committable
  }

  /** Takes the newest offset of each partition all of whose elders are acked; each is told once. */
  take(): readonly Submitted[] {
    const taken: Submitted[] = []
    for (const [key, queue] of this.#queues) {
      if (queue.committable !== null) taken.push(queue.committable)
      queue.committable = null
      if (queue.open.length === 0) this.#queues.delete(key)
    }
    return taken
  }

  /** Gives back what could not be written; what became committable since then is newer and wins. */
  giveBack(taken: readonly Submitted[]): void {
    for (const submitted of taken) {
      const key = stringifyJson(submitted.partition)
      const queue = this.#queues.get(key) ?? { partition: submitted.partition, open: [], committable: null }
      this.#queues.set(key, queue)
      if (queue.committable === null || queue.committable.place < submitted.place) queue.committable = submitted
    }
  }
}
