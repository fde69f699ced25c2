/**
 * What frames said, each different content of a place (conversation, `seq`) once.
 *
 * Always true: two frames of one place got the same number exactly when they said the same.
 */

/** What of a frame must be the same for everybody and for ever. */
export interface Content {
  /** The frame's type. */
  readonly type: string
  /** A message's id; of other types empty. */
  readonly messageId: string
  /** A message's sender; of `member.*` the ids concerned, sorted, by commas; of other types empty. */
  readonly who: string
  readonly text: string
}

export const sameContent = (a: Content, b: Content): boolean =>
  a.messageId === b.messageId && a.text === b.text && a.type === b.type && a.who === b.who

export class Contents {
  readonly all: Array<Content> = []
  readonly #places: Array<Array<number | Array<number> | undefined>> = []

  numberOf(conversation: number, seq: number, content: Content): number {
    const places = (this.#places[conversation] ??= [])
    const standing = places[seq]
    if (standing === undefined) return (places[seq] = this.#push(content))
    if (typeof standing === "number") {
      if (sameContent(this.all[standing]!, content)) return standing
      const added = this.#push(content)
      places[seq] = [standing, added]
      return added
    }
    for (const number of standing) if (sameContent(this.all[number]!, content)) return number
    const added = this.#push(content)
    standing.push(added)
    return added
  }

  /** The numbers of all that was said at a place, the first one first. */
  at(conversation: number, seq: number): ReadonlyArray<number> {
    const standing = this.#places[conversation]?.[seq]
    return standing === undefined ? [] : typeof standing === "number" ? [standing] : standing
  }

  /** One more than the highest `seq` at which something was said. */
  heightOf(conversation: number): number {
    return this.#places[conversation]?.length ?? 0
  }

  /** Calls for each place of a conversation at which something was said, in rising `seq`. */
  each(conversation: number, see: (seq: number, content: Content) => void): void {
    const places = this.#places[conversation] ?? []
    for (let seq = 0; seq < places.length; seq++) {
      const standing = places[seq]
      if (standing !== undefined) see(seq, this.all[typeof standing === "number" ? standing : standing[0]!]!)
    }
  }

  #push(content: Content): number {
    return this.all.push(content) - 1
  }
}
