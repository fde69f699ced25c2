/**
 * A stretch of a conversation's history away from its end: around a message, or from the beginning on.
 *
 * Always true: the messages stand in `seq` order without a hole between the first and `endsAt`.
 * Not for: the end of a conversation, which the client holds and keeps up to date by itself.
 */
import type { Api } from "@parley/client/Api"
import { type LogMessage, fromHistory } from "@parley/client/Entry"
import type { Page, WireMessage } from "@parley/client/wire"

type ReadPage = (place: Place, limit: number) => Promise<Page<WireMessage>>

type Place = Parameters<Api["messagesAt"]>[1]

/** A page; at least one that fills a screen. */
const pageSize = 100

export class Past {
  readonly #read: ReadPage
  readonly #head: () => number
  items: ReadonlyArray<LogMessage> = []
  hasOlder = true
  hasNewer = true
  /** Everything up to this event has been read. */
  endsAt = -1

  /** `read`: a page of history. `head`: the number of the conversation's last event, as far as it is known. */
  constructor(read: ReadPage, head: () => number) {
    this.#read = read
    this.#head = head
  }

  /** From here on. Throws `ParleyError`, as all below. */
  async open(place: { readonly around: number } | "beginning"): Promise<void> {
    const head = this.#head()
    const page = await this.#read(place === "beginning" ? { after: 0 } : place, pageSize)
    this.items = page.items.map(fromHistory)
    this.hasOlder = place !== "beginning" && page.prev_cursor !== undefined
    this.#reach(page, head)
  }

  async loadOlder(): Promise<void> {
    const before = this.items[0]?.seq
    if (before === undefined || !this.hasOlder) return
    const page = await this.#read({ before }, pageSize)
    this.items = [...page.items.map(fromHistory).reverse(), ...this.items]
    this.hasOlder = page.prev_cursor !== undefined
  }

  async loadNewer(): Promise<void> {
    const head = this.#head()
    const page = await this.#read({ after: this.endsAt }, pageSize)
    const known = new Set(this.items.map((one) => one.seq))
    this.items = [...this.items, ...page.items.map(fromHistory).filter((one) => !known.has(one.seq))]
    this.#reach(page, head)
  }

  /** What is shown from `seq` on may have been edited or reacted to since. */
  async refresh(seq: number): Promise<void> {
    const page = await this.#read({ after: seq - 1 }, pageSize)
    const fresh = new Map(page.items.map((one) => [one.seq, fromHistory(one)]))
    this.items = this.items.map((one) => fresh.get(one.seq) ?? one)
  }

  #reach(page: Page<WireMessage>, head: number): void {
    this.hasNewer = page.next_cursor !== undefined
    const last = page.items.at(-1)?.seq ?? this.endsAt
    this.endsAt = this.hasNewer ? last : Math.max(last, head)
  }
}
