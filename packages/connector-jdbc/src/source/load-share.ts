// How much of a first load is done, from 0 to 1, told by how far the cursor has come between the first row and the last one.

export class LoadShare {
  #first: number | null = null
  #last: number | null = null
  #reached: number | null = null
  #isOpen: boolean

  constructor(isFirstLoad: boolean) {
    this.#isOpen = isFirstLoad
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
