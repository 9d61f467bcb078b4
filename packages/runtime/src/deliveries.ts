// What was read and decoded and waits for the sink task: gathered while a put is on, then put as one. Bounded, so that
// reading waits when writing is slow.
import type { Part } from './sink-writer.js'

export interface DeliveryLimits {
  /** Records of one put; a single delivery is never divided. */
  readonly records: number
  readonly bytes: number
}

interface Delivery {
  readonly parts: readonly Part[]
  readonly records: number
  readonly bytes: number
}

export class Deliveries {
  readonly #limits: DeliveryLimits
  #waiting: Delivery[] = []
  #records = 0
  #bytes = 0

  constructor(limits: DeliveryLimits) {
    this.#limits = limits
  }

  /** Whether the next put has all it may have. */
  get isFull(): boolean {
    return this.#records >= this.#limits.records || this.#bytes >= this.#limits.bytes
  }

  /** Records that wait. */
  get records(): number {
    return this.#records
  }

  add(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#records += delivery.records
    this.#bytes += delivery.bytes
  }

  /** The eldest and what fits beside it, in order (Invariant 2); null when nothing waits. */
  take(): readonly Part[] | null {
    if (this.#waiting.length === 0) return null
    let records = 0
    let bytes = 0
    const end = this.#waiting.findIndex((delivery, i) => {
      records += delivery.records
      bytes += delivery.bytes
      return i > 0 && (records > this.#limits.records || bytes > this.#limits.bytes)
    })
    const taken = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    for (const delivery of taken) {
      this.#records -= delivery.records
      this.#bytes -= delivery.bytes
    }
    return taken.flatMap(({ parts }) => parts)
  }
}
