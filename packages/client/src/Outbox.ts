/**
 * What the person has written and the server has not yet taken, kept where a reload does not lose it.
 *
 * Always true: a message leaves here only by an ack, or by the person's own hand. It is sent under one `client_msg_id` however
 * often its outcome gets lost, and within a conversation one at a time, so the order of writing is the order of sending.
 * What was acknowledged stays a day, for a server that was restored from a backup (`resendRecent`).
 * Not for: deciding what a refusal means to the person.
 */
import type { Answer } from "./Connection.ts"
import type { Problem } from "./Problem.ts"
import type { Frame, SendAck } from "./wire.ts"

/** Where to keep texts by key: `localStorage`, or a `Map`. Keys of others may be in it. */
export interface KeyValues {
  readonly entries: () => Iterable<readonly [key: string, value: string]>
  readonly set: (key: string, value: string) => void
  readonly delete: (key: string) => void
}

export interface Outgoing {
  readonly clientMsgId: string
  readonly conversationId: string
  readonly text: string
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAt: number
  readonly state: "pending" | "failed" | "sent"
  /** Why it failed. */
  readonly problem?: Problem
}

export interface OutboxEvents {
  readonly changed: (conversationId: string) => void
  readonly acknowledged: (message: Outgoing, ack: SendAck) => void
  /** Ask for `pump` after this long. */
  readonly pumpAfter: (ms: number) => void
}

type Send = (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void

const keepSentMs = 24 * 60 * 60 * 1_000

export class Outbox {
  readonly #storage: KeyValues
  readonly #prefix: string
  readonly #now: () => number
  readonly #events: OutboxEvents
  /** In the order of writing: ids rise. Replaced, never changed in place. */
  #messages: Array<Outgoing> = []
  /** The conversations that await an answer. */
  readonly #inFlight = new Set<string>()
  /** The end of a wait that the server asked for. */
  readonly #notBefore = new Map<string, number>()

  /** `prefix` separates people who share the storage; windows of one person share it and may send for each other. */
  constructor(storage: KeyValues, prefix: string, now: () => number, events: OutboxEvents) {
    this.#storage = storage
    this.#prefix = prefix
    this.#now = now
    this.#events = events
    for (const [key, value] of storage.entries())
      if (key.startsWith(prefix)) this.#messages.push(JSON.parse(value) as Outgoing)
    this.#messages.sort((a, b) => (a.clientMsgId < b.clientMsgId ? -1 : 1))
    this.#forgetOld()
  }

  /** What the person still has to see as his own: waiting or failed, in the order of writing. */
  of(conversationId: string): ReadonlyArray<Outgoing> {
    return this.#messages.filter((one) => one.conversationId === conversationId && one.state !== "sent")
  }

  add(message: Outgoing): void {
    this.#messages = [...this.#messages, message]
    this.#keep(message)
    this.#events.changed(message.conversationId)
  }

  /** Tries a failed message again, in its old place. */
  retry(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message?.state !== "failed") return
    const { problem: _problem, ...rest } = message
    this.#replace({ ...rest, state: "pending" })
  }

  discard(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message === undefined || message.state !== "failed") return
    this.#remove(message)
    this.#events.changed(message.conversationId)
  }

  /** The message came back as everybody's: as good as an ack. */
  arrived(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message !== undefined && message.state !== "sent") this.#replace({ ...message, state: "sent" })
  }

  /** The log was set back: what it acknowledged within a day goes again. Harmless for what it still has. */
  resendRecent(): void {
    this.#forgetOld()
    for (const message of this.#messages)
      if (message.state === "sent") this.#replace({ ...message, state: "pending" })
  }

  /** Sends the first waiting message of each conversation that awaits nothing. */
  pump(send: Send): void {
    const passed = new Set(this.#inFlight)
    for (const message of this.#messages) {
      const { conversationId } = message
      if (message.state !== "pending" || passed.has(conversationId)) continue
      passed.add(conversationId)
      const waitMs = (this.#notBefore.get(conversationId) ?? 0) - this.#now()
      if (waitMs > 0) {
        this.#events.pumpAfter(waitMs)
        continue
      }
      this.#inFlight.add(conversationId)
      const frame = {
        type: "message.send",
        conversation_id: conversationId,
        client_msg_id: message.clientMsgId,
        payload: { text: message.text },
      }
      send(frame, (answer) => this.#settle(message, answer, send))
    }
  }

  #settle(message: Outgoing, answer: Answer, send: Send): void {
    this.#inFlight.delete(message.conversationId)
    this.#notBefore.delete(message.conversationId)
    if (answer._tag === "Lost") return
    if (answer._tag === "Ack") {
      this.#events.acknowledged(message, answer.payload as SendAck)
      this.#replace({ ...message, state: "sent" })
      this.#forgetOld()
    } else if (answer.problem.retryable) {
      const waitMs = answer.problem.retry_after_ms ?? 1_000
      this.#notBefore.set(message.conversationId, this.#now() + waitMs)
    } else this.#replace({ ...message, state: "failed", problem: answer.problem })
    this.pump(send)
  }

  #find(clientMsgId: string): Outgoing | undefined {
    return this.#messages.find((one) => one.clientMsgId === clientMsgId)
  }

  #replace(message: Outgoing): void {
    this.#messages = this.#messages.map((one) => (one.clientMsgId === message.clientMsgId ? message : one))
    this.#keep(message)
    this.#events.changed(message.conversationId)
  }

  #remove(message: Outgoing): void {
    this.#messages = this.#messages.filter((one) => one !== message)
    this.#storage.delete(this.#prefix + message.clientMsgId)
  }

  /** A full storage must not stop a message: it stays in memory, and what was sent makes room. */
  #keep(message: Outgoing): void {
    const key = this.#prefix + message.clientMsgId
    try {
      this.#storage.set(key, JSON.stringify(message))
    } catch {
      for (const sent of this.#messages.filter((one) => one.state === "sent")) this.#remove(sent)
      try {
        this.#storage.set(key, JSON.stringify(message))
      } catch {
        return
      }
    }
  }

  #forgetOld(): void {
    const oldest = this.#now() - keepSentMs
    for (const message of this.#messages)
      if (message.state === "sent" && message.writtenAt < oldest) this.#remove(message)
  }
}
