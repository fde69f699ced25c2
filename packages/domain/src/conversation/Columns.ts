/** Reads a flat list of texts and whole numbers from left to right. Throws a `TypeError` where something else stands, or nothing. */
export class Columns {
  readonly #list: ReadonlyArray<unknown>
  #at = 0

  constructor(list: ReadonlyArray<unknown>) {
    this.#list = list
  }

  more(): boolean {
    return this.#at < this.#list.length
  }

  text(): string {
    const value = this.#list[this.#at++]
    if (typeof value !== "string") throw new TypeError("no text")
    return value
  }

  int(): number {
    const value = this.#list[this.#at++]
    if (typeof value !== "number" || !Number.isInteger(value)) throw new TypeError("no whole number")
    return value
  }
}
