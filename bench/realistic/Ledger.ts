/**
 * What the server has acknowledged, and what each person has been handed of it.
 *
 * Always true: a message counts as lost to somebody unless it was handed to him, or the server has told him to read it in history.
 */
export interface Loss {
  readonly person: string
  readonly conversation: string
  readonly seq: number
}

interface Held {
  readonly seqs: Set<number>
  /** Up to here he was told to read history. */
  gap: number
}

export class Ledger {
  /** By conversation, then seq: the message's id. */
  readonly acknowledged = new Map<string, Map<number, string>>()
  /** Handed again: allowed after a reconnect. */
  repeated = 0
  readonly #held = new Map<string, Held>()

  ack(conversation: string, seq: number, messageId: string): void {
    const known = this.acknowledged.get(conversation) ?? new Map<number, string>()
    this.acknowledged.set(conversation, known.set(seq, messageId))
  }

  handed(person: string, conversation: string, seq: number): void {
    const { seqs } = this.#of(person, conversation)
    if (seqs.has(seq)) this.repeated += 1
    seqs.add(seq)
  }

  /** What is older than the frames that follow is in history only. */
  toldOfGap(person: string, conversation: string, to: number): void {
    const held = this.#of(person, conversation)
    held.gap = Math.max(held.gap, to)
  }

  /** Acknowledged messages that members were not handed. */
  losses(members: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<Loss> {
    return [...this.acknowledged].flatMap(([conversation, messages]) =>
      (members.get(conversation) ?? []).flatMap((person) => {
        const { seqs, gap } = this.#of(person, conversation)
        return [...messages.keys()]
          .filter((seq) => seq > gap && !seqs.has(seq))
          .map((seq) => ({ person, conversation, seq }))
      }),
    )
  }

  /** Acknowledged messages that do not stand in this history under their id. */
  absentFrom(conversation: string, history: ReadonlyMap<number, string>): ReadonlyArray<number> {
    return [...(this.acknowledged.get(conversation) ?? [])]
      .filter(([seq, id]) => history.get(seq) !== id)
      .map(([seq]) => seq)
  }

  #of(person: string, conversation: string): Held {
    const key = `${person} ${conversation}`
    const held = this.#held.get(key) ?? { seqs: new Set(), gap: -1 }
    this.#held.set(key, held)
    return held
  }
}
