/**
 * Edits, deletions and reactions of one's own that the server has not yet taken: shown at once, taken back when it refuses.
 *
 * Always true: within a conversation they are sent one at a time in the order of asking, and again when an answer got lost (each
 * is harmless twice). A change is shown over the message until the message itself includes it, so nothing flickers.
 * Not for: surviving a reload; only messages do (`Outbox.ts`).
 */
import type { Answer } from "./Connection.ts"
import type { Message } from "./Entry.ts"
import { ParleyError } from "./Problem.ts"
import { deleted, edited, reacted } from "./messageChange.ts"
import type { Frame } from "./wire.ts"

export type MessageCommand =
  | { readonly _tag: "Edit"; readonly text: string }
  | { readonly _tag: "Delete" }
  | { readonly _tag: "React"; readonly emoji: string; readonly on: boolean }

interface Asked {
  readonly conversationId: string
  readonly messageId: string
  readonly change: MessageCommand
  readonly settle: { readonly done: () => void; readonly refused: (error: ParleyError) => void }
  /** The event that made it so; absent until it is acknowledged. */
  seq?: number
}

export interface ChangesWorld {
  readonly changed: (conversationId: string, messageId: string) => void
  readonly reached: (conversationId: string, messageId: string, seq: number) => boolean
  readonly after: (ms: number, run: () => void) => void
  /** Whether there is a connection to send on. */
  readonly open: () => boolean
  readonly request: (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void
}

export class Changes {
  readonly #world: ChangesWorld
  #asked: ReadonlyArray<Asked> = []
  /** The conversations that await an answer, or the end of a wait. */
  readonly #busy = new Set<string>()

  constructor(world: ChangesWorld) {
    this.#world = world
  }

  /** Resolves once the server has taken it; rejects with `ParleyError` when it refuses. Waits while there is no connection. */
  ask(conversationId: string, messageId: string, change: MessageCommand): Promise<void> {
    return new Promise((done, refused) => {
      this.#asked = [...this.#asked, { conversationId, messageId, change, settle: { done, refused } }]
      this.#world.changed(conversationId, messageId)
      this.pump()
    })
  }

  /** The message as it will be. */
  over<M extends Message>(message: M): M {
    let shown = message
    for (const { change, messageId } of this.#asked)
      if (messageId === message.messageId) shown = { ...applied(change)(shown), changing: true }
    return shown
  }

  /** Whether anything of the conversation is shown otherwise than it is. */
  has(conversationId: string): boolean {
    return this.#asked.some((one) => one.conversationId === conversationId)
  }

  /** Drops what the conversation's messages include by now. */
  arrived(conversationId: string): void {
    this.#asked = this.#asked.filter(
      ({ conversationId: id, messageId, seq }) =>
        id !== conversationId || seq === undefined || !this.#world.reached(id, messageId, seq),
    )
  }

  /** The log is another one: what was acknowledged says nothing any more. */
  reset(): void {
    this.#asked = this.#asked.filter((one) => one.seq === undefined)
  }

  pump(): void {
    if (!this.#world.open()) return
    for (const asked of this.#asked) {
      const { conversationId } = asked
      if (asked.seq !== undefined || this.#busy.has(conversationId)) continue
      this.#busy.add(conversationId)
      this.#world.request(frameOf(asked), (answer) => this.#settle(asked, answer))
    }
  }

  #settle(asked: Asked, answer: Answer): void {
    const { conversationId, settle } = asked
    if (answer._tag === "Refused" && answer.problem.retryable) {
      const again = (): void => {
        this.#busy.delete(conversationId)
        this.pump()
      }
      return this.#world.after(answer.problem.retry_after_ms ?? 1_000, again)
    }
    this.#busy.delete(conversationId)
    if (answer._tag === "Lost") return
    if (answer._tag === "Ack") {
      asked.seq = (answer.payload as { readonly seq: number }).seq
      this.arrived(conversationId)
      settle.done()
    } else {
      this.#asked = this.#asked.filter((one) => one !== asked)
      settle.refused(new ParleyError(answer.problem))
    }
    this.#world.changed(conversationId, asked.messageId)
    this.pump()
  }
}

const applied = (change: MessageCommand): (<M extends Message>(message: M) => M) => {
  if (change._tag === "Edit") return edited(change.text)
  return change._tag === "Delete" ? deleted : reacted(change.emoji, change.on)
}

const frameOf = ({ change, conversationId, messageId }: Asked): Omit<Frame, "id"> => {
  const frame = (type: string, payload: object): Omit<Frame, "id"> => ({
    type,
    conversation_id: conversationId,
    payload: { message_id: messageId, ...payload },
  })
  if (change._tag === "Edit") return frame("message.edit", { text: change.text })
  if (change._tag === "Delete") return frame("message.delete", {})
  return frame(change.on ? "reaction.add" : "reaction.remove", { emoji: change.emoji })
}
