// How much of a load is done, from 0 to 1, told by how far the cursor has come between the first row and the last one.

export class LoadShare {
  #first: number | null
  #last: number | null = null
  #reached: number | null
  #isOpen = true

  /** `first`: how far the table was read before, null where nothing was. */
  constructor(first: number | null) {
    this.#first = first
    this.#reached = first
  }

  /** Whether the last row is not known yet and wanted. */
  get isOpen(): boolean {
    return this.#isOpen && this.#last === null
  }

  /** 0 … 1; null where it cannot be told. */
  get value(): number | null {
    if (!this.#isOpen) return 1
    if (this.#first === null || this.#last === null || this.#reached === null) return null
    if (this.#last <= this.#first) return 1
    return Math.min(1, Math.max(0, (this.#reached - this.#first) / (this.#last - this.#first)))
  }

  expect(last: number | null): void {
    this.#last = last
  }

  reach(measure: number): void {
    this.#first ??= measure
    this.#reached = measure
  }

  finish(): void {
    this.#isOpen = false
  }
}

/** How long a load will still take, told by how fast its share has grown so far. */
export class LoadTime {
  readonly #now: () => number
  #begun: { readonly at: number; readonly share: number } | null = null

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Milliseconds; null where it cannot be told yet. */
  left(share: number): number | null {
    const now = this.#now()
    if (share >= 1) return 0
    this.#begun ??= { at: now, share }
    const grown = share - this.#begun.share
    return grown <= 0 ? null : Math.round(((now - this.#begun.at) * (1 - share)) / grown)
  }
}
