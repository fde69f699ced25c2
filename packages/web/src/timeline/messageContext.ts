/** Everything about a message that is not in the message itself. */
import type { Parley } from "@parley/client/connect"
import type { Entry, Message } from "@parley/client/Entry"
import type { Tick } from "@parley/client/Reading"
import { texts } from "../language/language.ts"
import { textOf } from "../language/titles.ts"

export type Mark = "pending" | "failed" | Tick

export interface MessageContext {
  readonly mark: Mark
  readonly sender: string
  readonly blocked: boolean
  readonly quote: Quote | undefined
}

/** The message that is answered. */
export interface Quote {
  readonly id: string
  readonly sender: string
  readonly text: string
}

/** Messages that the page shows and the client does not hold. */
export type FindShown = (messageId: string) => Message | undefined

export const messageContext = (
  parley: Parley,
  id: string,
  message: Message,
  find: FindShown,
): MessageContext => {
  const { changing, senderId, seq, state } = message
  const tick = state === "sent" && seq !== undefined ? parley.tick(id, seq) : state
  return {
    mark: changing === true ? "pending" : tick,
    sender: parley.people.nameOf(senderId),
    blocked: senderId !== parley.userId && parley.preferences.isBlocked(senderId),
    quote:
      message.replyTo === undefined
        ? undefined
        : quoteOf(parley, message.replyTo, parley.message(id, message.replyTo) ?? find(message.replyTo)),
  }
}

export const messageIn = (entries: ReadonlyArray<Entry>, messageId: string): Message | undefined =>
  entries.find((one): one is Message => one.kind === "message" && one.messageId === messageId)

const quoteOf = (parley: Parley, messageId: string, original: Message | undefined): Quote => {
  if (original === undefined) return { id: messageId, sender: "", text: texts.earlierMessage }
  const own = original.senderId === parley.userId
  return {
    id: messageId,
    sender: own ? texts.you : parley.people.nameOf(original.senderId),
    text: textOf(original),
  }
}
