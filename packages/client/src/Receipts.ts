/**
 * Tells the server what this device has got and what the person has read.
 *
 * Always true: of one conversation at most one receipt of a kind is under way; what was told on a broken connection is told
 * again on the next. Only the furthest point is told: what lies before it is covered.
 */
import type { Answer } from "./Connection.ts"
import type { Frame } from "./wire.ts"

type Kind = "delivered" | "read"

interface Told {
  wanted: number
  told: number
  waiting: boolean
}

export class Receipts {
  readonly #request: (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void
  readonly #after: (ms: number, run: () => void) => () => void
  readonly #marks = { delivered: new Map<string, Told>(), read: new Map<string, Told>() }
  #cancel: (() => void) | undefined
  #open = false

  constructor(
    request: (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void,
    after: (ms: number, run: () => void) => () => void,
  ) {
    this.#request = request
    this.#after = after
  }

  /** Everything up to `seq` has arrived. Told within a second, for many messages at once. */
  delivered(conversationId: string, seq: number): void {
    this.#want("delivered", conversationId, seq)
    if (this.#open) this.#cancel ??= this.#after(delayMs, () => this.flush())
  }

  read(conversationId: string, seq: number): void {
    this.#want("read", conversationId, seq)
    if (this.#open) this.#tell("read", conversationId)
  }

  /** The connection is live: tell what waits. */
  flush(): void {
    this.#open = true
    this.#cancel?.()
    this.#cancel = undefined
    for (const kind of ["read", "delivered"] as const)
      for (const id of this.#marks[kind].keys()) this.#tell(kind, id)
  }

  /** The connection is gone. */
  pause(): void {
    this.#open = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** The server's log is another one: it knows nothing of what was told. */
  reset(): void {
    this.#marks.delivered.clear()
    this.#marks.read.clear()
  }

  #want(kind: Kind, id: string, seq: number): void {
    const mark = this.#marks[kind].get(id) ?? { wanted: -1, told: -1, waiting: false }
    mark.wanted = Math.max(mark.wanted, seq)
    this.#marks[kind].set(id, mark)
  }

  #tell(kind: Kind, id: string): void {
    const mark = this.#marks[kind].get(id)
    if (mark === undefined || mark.waiting || mark.wanted <= mark.told) return
    // Who has read something has got it, too.
    if (kind === "delivered" && (this.#marks.read.get(id)?.wanted ?? -1) >= mark.wanted) return
    const upTo = mark.wanted
    mark.waiting = true
    const frame = { type: `receipt.${kind}`, conversation_id: id, payload: { up_to_seq: upTo } }
    this.#request(frame, (answer) => {
      mark.waiting = false
      if (answer._tag === "Lost") return
      // A refusal is no reason to ask again before there is more to tell.
      mark.told = Math.max(mark.told, upTo)
      if (this.#open) this.#tell(kind, id)
    })
  }
}

const delayMs = 700
