/**
 * Conversations left on one connection, by the `seq` of the removal, as long as news of the stay before it may come late.
 *
 * Always true: forgotten once a cursor covers the removal.
 */
export interface Departure {
  readonly seq: number
  /** At or after the event's place in the log. */
  readonly position: number
}

export class Departures {
  #left: Map<string, Departure> | undefined

  add(conversation: string, { position, seq }: Departure): void {
    this.#left ??= new Map()
    this.#left.set(conversation, { seq, position })
  }

  /** The `seq` of the last removal from this conversation, or -1. */
  seqOf(conversation: string): number {
    return this.#left?.get(conversation)?.seq ?? -1
  }

  covered(position: number): void {
    for (const [conversation, departure] of this.#left ?? [])
      if (departure.position <= position) this.#left!.delete(conversation)
  }
}
