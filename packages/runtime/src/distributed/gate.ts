// A gate before work that has to wait for something else: those who come while it is shut wait until it opens.
import { settlesWithin, type Clock } from '../clock.js'

export class Gate {
  #isOpen = false
  #wasOpen = false
  #opened: Promise<void>
  #open: () => void = () => undefined

  constructor() {
    this.#opened = this.#closed()
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Whether it ever opened. */
  get wasOpen(): boolean {
    return this.#wasOpen
  }

  open(): void {
    this.#isOpen = true
    this.#wasOpen = true
    this.#open()
  }

  shut(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#opened = this.#closed()
  }

  /** False when it did not open in time. */
  passes(ms: number, clock: Clock): Promise<boolean> {
    return settlesWithin(this.#opened, ms, clock)
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve
    })
  }
}
