// One line at the foot of a terminal that is redrawn in place; whatever else is printed goes above it.

export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): boolean
}

const CLEAR = '\r\x1b[2K'

export class StatusLine {
  readonly #screen: Screen
  #text = ''

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Whether there is a terminal to show it on. */
  get isShown(): boolean {
    return this.#screen.isTTY === true
  }

  /** Shows a text in place of the last; empty: none. Does nothing where the screen is no terminal. */
  show(text: string): void {
    if (this.#screen.isTTY !== true || text === this.#text) return
    this.#text = text
    this.#screen.write(CLEAR + this.#fitted())
  }

  /** Prints whole lines above the status. */
  print(lines: string): void {
    if (this.#text === '') this.#screen.write(lines)
    else this.#screen.write(CLEAR + lines + this.#fitted())
  }

  #fitted(): string {
    const columns = this.#screen.columns ?? 0
    const width = (columns > 0 ? columns : 80) - 1
    return this.#text.length <= width ? this.#text : `${this.#text.slice(0, width - 1)}…`
  }
}
