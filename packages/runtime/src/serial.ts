// Work on one name goes one after the other; work on different names does not wait for each other.

export class Serial {
  readonly #tails = new Map<string, Promise<void>>()

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(name) ?? Promise.resolve()).then(work)
    const tail: Promise<void> = result.then(
      () => this.#forget(name, tail),
      () => this.#forget(name, tail),
    )
    this.#tails.set(name, tail)
    return result
  }

  #forget(name: string, tail: Promise<void>): void {
    if (this.#tails.get(name) === tail) this.#tails.delete(name)
  }
}
