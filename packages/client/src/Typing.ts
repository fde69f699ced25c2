/**
 * Who is writing: telling the others, and hearing of them.
 *
 * Always true: `start` is told at most once in `intervalMs` however many keys are pressed, and `stop` once after it; somebody else
 * is typing until he stops, says something, or his time is up, and nobody is while there is no connection.
 */
import type { Frame } from "./wire.ts"

/** Whoever has not pressed a key for this long has stopped. */
const idleMs = 5_000

export interface TypingWorld {
  readonly tell: (frame: Omit<Frame, "id">) => void
  /** Whether there is a connection that is live. */
  readonly live: () => boolean
  /** Between two `start` of one conversation, in milliseconds. */
  readonly intervalMs: () => number
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => () => void
  readonly changed: (conversationId: string) => void
}

interface Own {
  readonly toldAt: number
  readonly cancel: () => void
}

const nobody: ReadonlyArray<string> = []

export class Typing {
  readonly #world: TypingWorld
  readonly #own = new Map<string, Own>()
  readonly #others = new Map<string, Map<string, () => void>>()
  /** The same array until somebody begins or ends. */
  readonly #shown = new Map<string, ReadonlyArray<string>>()

  constructor(world: TypingWorld) {
    this.#world = world
  }

  /** A key was pressed in the conversation's field. Call it as often as that happens. */
  pressed(conversationId: string): void {
    if (!this.#world.live()) return
    const before = this.#own.get(conversationId)
    before?.cancel()
    const now = this.#world.now()
    let toldAt = before?.toldAt
    if (toldAt === undefined || now - toldAt >= this.#world.intervalMs()) {
      this.#tell(conversationId, "start")
      toldAt = now
    }
    const cancel = this.#world.after(idleMs, () => this.stopped(conversationId))
    this.#own.set(conversationId, { toldAt, cancel })
  }

  /** The field was emptied, left or sent. Nothing is told when nothing was begun. */
  stopped(conversationId: string): void {
    const own = this.#own.get(conversationId)
    if (own === undefined) return
    own.cancel()
    this.#own.delete(conversationId)
    this.#tell(conversationId, "stop")
  }

  /** It was sent: the message itself tells the others. */
  sent(conversationId: string): void {
    this.#own.get(conversationId)?.cancel()
    this.#own.delete(conversationId)
  }

  /** The others who are typing, first come first. */
  of(conversationId: string): ReadonlyArray<string> {
    return this.#shown.get(conversationId) ?? nobody
  }

  heard(conversationId: string, userId: string, state: string, expiresInMs: number): void {
    if (state !== "start") return this.ended(conversationId, userId)
    const typing = this.#others.get(conversationId) ?? new Map<string, () => void>()
    this.#others.set(conversationId, typing)
    const known = typing.get(userId)
    known?.()
    typing.set(
      userId,
      this.#world.after(expiresInMs, () => this.ended(conversationId, userId)),
    )
    if (known === undefined) this.#show(conversationId)
  }

  /** He stopped, said something, left, or his time is up. */
  ended(conversationId: string, userId: string): void {
    const typing = this.#others.get(conversationId)
    typing?.get(userId)?.()
    if (typing?.delete(userId) === true) this.#show(conversationId)
  }

  /** The connection is gone, and with it all that was told on it. */
  pause(): void {
    for (const own of this.#own.values()) own.cancel()
    this.#own.clear()
    for (const [conversationId, typing] of this.#others)
      for (const userId of typing.keys()) this.ended(conversationId, userId)
  }

  #show(conversationId: string): void {
    const typing = [...(this.#others.get(conversationId)?.keys() ?? [])]
    if (typing.length === 0) {
      this.#shown.delete(conversationId)
      this.#others.delete(conversationId)
    } else this.#shown.set(conversationId, typing)
    this.#world.changed(conversationId)
  }

  #tell(conversationId: string, state: "start" | "stop"): void {
    if (this.#world.live())
      this.#world.tell({ type: "typing", conversation_id: conversationId, payload: { state } })
  }
}
