/**
 * What the person has written and the server has not yet taken, kept where a reload does not lose it.
 *
 * Always true: a message leaves here only by an ack, or by the person's own hand. It is sent under one `client_msg_id` however
 * often its outcome gets lost, and within a conversation one at a time, so the order of writing is the order of sending; nothing is
 * sent before what was kept has been read.
 * What was acknowledged stays a day, for a server that was restored from a backup (`resendRecent`).
 * Not for: deciding what a refusal means to the person.
 */
import type { Answer } from "./Connection.ts"
import type { KeptMessages, Outgoing } from "./KeptMessages.ts"
import type { Frame, SendAck } from "./wire.ts"

export interface OutboxEvents {
  readonly changed: (conversationId: string, key: string) => void
  readonly acknowledged: (message: Outgoing, ack: SendAck) => void
  /** Ask for `pump` after this long. */
  readonly pumpAfter: (ms: number) => void
}

type Send = (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void

const keepSentMs = 24 * 60 * 60 * 1_000

export class Outbox {
  readonly #now: () => number
  readonly #events: OutboxEvents
  #kept: KeptMessages | undefined
  /** In the order of writing: ids rise. Replaced, never changed in place. */
  #messages: ReadonlyArray<Outgoing> = []
  /** The conversations that await an answer. */
  readonly #inFlight = new Set<string>()
  /** The end of a wait that the server asked for. */
  readonly #notBefore = new Map<string, number>()

  constructor(now: () => number, events: OutboxEvents) {
    this.#now = now
    this.#events = events
  }

  /** From here on messages are kept and sent; what was written before, too. */
  open(kept: KeptMessages, messages: ReadonlyArray<Outgoing>): void {
    for (const message of this.#messages) kept.put(message)
    this.#kept = kept
    this.take(messages)
  }

  /** Messages that were kept: the window's own of an earlier time, or those of a window that is gone. */
  take(messages: ReadonlyArray<Outgoing>): void {
    const known = new Set(this.#messages.map((one) => one.clientMsgId))
    const news = messages.filter((one) => !known.has(one.clientMsgId))
    this.#messages = [...this.#messages, ...news].sort((a, b) => (a.clientMsgId < b.clientMsgId ? -1 : 1))
    this.#forgetOld()
    for (const one of news)
      if (one.state !== "sent") this.#events.changed(one.conversationId, one.clientMsgId)
  }

  /** What the person still has to see as his own: waiting or failed, in the order of writing. */
  of(conversationId: string): ReadonlyArray<Outgoing> {
    return this.#messages.filter((one) => one.conversationId === conversationId && one.state !== "sent")
  }

  add(message: Outgoing): void {
    this.#messages = [...this.#messages, message]
    this.#keep(message)
    this.#events.changed(message.conversationId, message.clientMsgId)
  }

  /** Tries a failed message again, in its old place. */
  retry(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message?.state === "failed") this.#replace(again(message))
  }

  discard(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message === undefined || message.state !== "failed") return
    this.#remove(message)
    this.#events.changed(message.conversationId, clientMsgId)
  }

  /** The message came back as everybody's: as good as an ack. */
  arrived(clientMsgId: string): void {
    const message = this.#find(clientMsgId)
    if (message !== undefined && message.state !== "sent") this.#replace({ ...message, state: "sent" })
  }

  /** The log was set back: what it acknowledged within a day goes again. Harmless for what it still has. */
  resendRecent(): void {
    this.#forgetOld()
    for (const message of this.#messages) if (message.state === "sent") this.#replace(again(message))
  }

  /** Sends the first waiting message of each conversation that awaits nothing. */
  pump(send: Send): void {
    if (this.#kept === undefined) return
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
      send(frameOf(message), (answer) => this.#settle(message, answer, send))
    }
  }

  #settle(message: Outgoing, answer: Answer, send: Send): void {
    this.#inFlight.delete(message.conversationId)
    this.#notBefore.delete(message.conversationId)
    if (answer._tag === "Lost") return
    if (answer._tag === "Ack") {
      this.#events.acknowledged(message, answer.payload as SendAck)
      this.#replace({ ...again(message), state: "sent" })
      this.#forgetOld()
    } else if (answer.problem.retryable) {
      const retryAt = this.#now() + (answer.problem.retry_after_ms ?? 1_000)
      this.#notBefore.set(message.conversationId, retryAt)
      this.#replace({ ...message, problem: answer.problem, retryAt })
    } else this.#replace({ ...message, state: "failed", problem: answer.problem })
    this.pump(send)
  }

  #find(clientMsgId: string): Outgoing | undefined {
    return this.#messages.find((one) => one.clientMsgId === clientMsgId)
  }

  #replace(message: Outgoing): void {
    this.#messages = this.#messages.map((one) => (one.clientMsgId === message.clientMsgId ? message : one))
    this.#keep(message)
    this.#events.changed(message.conversationId, message.clientMsgId)
  }

  #remove(message: Outgoing): void {
    this.#messages = this.#messages.filter((one) => one !== message)
    this.#kept?.remove(message)
  }

  /** A full storage must not stop a message: it stays in memory, and what was sent makes room. */
  #keep(message: Outgoing): void {
    this.#kept?.put(message, () => {
      const sent = this.#messages.filter((one) => one.state === "sent")
      for (const one of sent) this.#remove(one)
      return sent.length > 0
    })
  }

  #forgetOld(): void {
    const oldest = this.#now() - keepSentMs
    for (const message of this.#messages)
      if (message.state === "sent" && message.writtenAt < oldest) this.#remove(message)
  }
}

/** To be sent as if for the first time. */
const again = (message: Outgoing): Outgoing => {
  const { problem: _problem, retryAt: _retryAt, ...rest } = message
  return { ...rest, state: "pending" }
}

const frameOf = (message: Outgoing): Omit<Frame, "id"> => ({
  type: "message.send",
  conversation_id: message.conversationId,
  client_msg_id: message.clientMsgId,
  payload: {
    text: message.text,
    ...(message.replyTo === undefined ? {} : { reply_to_message_id: message.replyTo }),
    ...(message.threadRoot === undefined ? {} : { thread_root_id: message.threadRoot }),
  },
})
