/**
 * Who was in a conversation when, by `seq`: from its founders and the events that changed it.
 *
 * Always true: spans are inclusive at both ends; a removed member's span ends with the very `seq` of his removal. Drawn from what anybody
 * was shown, what acks said and, if it was read, the log: a change that nobody saw is filled in from the others.
 */
import type { Recording } from "./Recording.ts"

export interface Span {
  readonly from: number
  /** Infinity while he is in. */
  to: number
}

interface Change {
  readonly added: boolean
  readonly users: ReadonlyArray<number>
}

const nobody: ReadonlyArray<Span> = []

export class Timeline {
  readonly #spans: Array<Map<number, Array<Span>>> = []

  constructor(recording: Recording) {
    recording.conversations.all.forEach((_, conversation) => {
      const spans = new Map<number, Array<Span>>()
      this.#spans.push(spans)
      for (const user of recording.founders[conversation] ?? []) spans.set(user, [{ from: 0, to: Infinity }])
      const changes = changesOf(recording, conversation)
      for (const seq of [...changes.keys()].sort((a, b) => a - b)) {
        const { added, users } = changes.get(seq)!
        for (const user of users) apply(spans, user, seq, added)
      }
    })
  }

  /** In rising order; empty for one who never was in. */
  spansOf(conversation: number, user: number): ReadonlyArray<Span> {
    return this.#spans[conversation]?.get(user) ?? nobody
  }

  isIn(conversation: number, user: number, seq: number): boolean {
    return this.spansOf(conversation, user).some(({ from, to }) => from <= seq && seq <= to)
  }

  /** Everybody who ever was in. */
  usersOf(conversation: number): Iterable<number> {
    return this.#spans[conversation]?.keys() ?? []
  }
}

const apply = (spans: Map<number, Array<Span>>, user: number, seq: number, added: boolean): void => {
  const own = spans.get(user) ?? []
  const last = own.at(-1)
  const isIn = last !== undefined && last.to === Infinity
  if (added && !isIn) spans.set(user, [...own, { from: seq, to: Infinity }])
  if (!added && isIn) last.to = seq
}

const changesOf = (recording: Recording, conversation: number): Map<number, Change> => {
  const changes = new Map<number, Change>()
  for (const change of recording.changes)
    if (change.conversation === conversation && change.changed === true && change.seq !== undefined)
      changes.set(change.seq, { added: change.kind === "add", users: [change.user] })
  const named = (seq: number, type: string, who: string): void => {
    if (type !== "member.added" && type !== "member.removed") return
    const users = who.split(",").map((id) => recording.users.numberOf(id))
    changes.set(seq, { added: type === "member.added", users })
  }
  recording.contents.each(conversation, (seq, { type, who }) => named(seq, type, who))
  for (const { seq, type, who } of recording.log?.[conversation]?.members ?? []) named(seq, type, who)
  return changes
}
