/**
 * The key index and the marks of one stream, in memory.
 *
 * Always true: a line is found as soon as it was written. Not for: deciding whether a line may be written.
 */
import type { EventMark, MarksWanted, MessageKey, StandingMark } from "../EventStore.ts"

type KeyAsked = Pick<MessageKey, "sender" | "clientMsgId">

const nameOf = (key: KeyAsked): string => `${key.sender}\n${key.clientMsgId}`

export class MemoryLines {
  readonly #keys = new Map<string, MessageKey>()
  /** By seq, then by key. */
  readonly #marks = new Map<number, Map<string, string>>()

  /** In the order asked for; absent ones are left out. */
  keys(asked: ReadonlyArray<KeyAsked>): ReadonlyArray<MessageKey> {
    return asked.flatMap((key) => this.#keys.get(nameOf(key)) ?? [])
  }

  /** The first line of a key stands. */
  setKey(key: MessageKey): void {
    if (!this.#keys.has(nameOf(key))) this.#keys.set(nameOf(key), key)
  }

  setMark({ seq, key, value }: EventMark): void {
    const lines = this.#marks.get(seq) ?? new Map<string, string>()
    this.#marks.set(seq, lines)
    if (value === null) lines.delete(key)
    else lines.set(key, value)
  }

  /** By (seq, key), each once. */
  marks(wanted: ReadonlyArray<MarksWanted>): ReadonlyArray<StandingMark> {
    const found = new Map<string, StandingMark>()
    for (const { seq, keys } of wanted)
      for (const [key, value] of this.#marks.get(seq) ?? [])
        if (keys.some((one) => (one.endsWith("/") ? key.startsWith(one) : key === one)))
          found.set(`${seq} ${key}`, { seq, key, value })
    return [...found.values()].sort(
      (a, b) => a.seq - b.seq || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
    )
  }
}
