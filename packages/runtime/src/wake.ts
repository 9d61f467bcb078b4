// A bell between two loops of one pipeline: one waits, the other rings.

export class Wake {
  #rung = false
  #waiting: (() => void) | null = null

  /** Ends the wait that is on, or the next one. */
  ring(): void {
    this.#rung = true
    this.#waiting?.()
  }

  /** Resolves when rung, or after `ms`. */
  async wait(ms = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : null
        this.#waiting = () => {
          if (timer !== null) clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#rung = false
    this.#waiting = null
  }
}
