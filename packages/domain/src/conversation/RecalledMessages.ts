/**
 * What a conversation knows of those of its messages that were asked about lately: read from the log and the marks, kept true by `evolve`.
 *
 * Always true: what stands here is what the log says as of the state's revision; what does not stand here is unknown, not absent. A cache:
 * not part of snapshots, forgotten at will, and only while something else is recalled, so that a batch keeps what it asked for.
 * Not for: all messages. A state that knew every message would grow with the conversation.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { MessageId, UserId } from "../ids.ts"
import type { ConversationEvent, MessageSent } from "./events.ts"
import { type Mark, reactionKey, readMarks } from "./marks.ts"

export interface RecalledMessage {
  readonly message_id: MessageId
  readonly sender: UserId
  /** It stands in a thread, so it is no root. */
  readonly isReply: boolean
  readonly textless: boolean
  /** Of the whole body as it was sent. */
  readonly mac: string
  /** The latest edit. */
  readonly edited: { readonly seq: number; readonly mac: string } | undefined
  /** The seq of its deletion. */
  readonly deleted: number | undefined
  /** By emoji: how many people. Those that nobody stands behind any more are not in it. */
  readonly counts: HashMap.HashMap<string, number>
  /** By `reactionKey`: the seq of the reaction; `null` when it is known that there is none. */
  readonly reactions: HashMap.HashMap<string, number | null>
}

/** By seq. `null`: what stands there is no message. */
export type RecalledMessages = HashMap.HashMap<number, RecalledMessage | null>

export const nothingRecalled: RecalledMessages = HashMap.empty()

/** What was read about one seq: the event there, its marks, and the reactions (`reactionKey`) that were looked for. */
export interface Recollection {
  readonly seq: number
  readonly event: ConversationEvent
  readonly marks: ReadonlyArray<Pick<Mark, "key" | "value">>
  readonly reactions: ReadonlyArray<string>
}

/** More messages than this are not kept when others are recalled. */
const enough = 256

/** Adds what was read. What was read now always stands, so that the decisions that asked for it can be made. */
export const recollect = (known: RecalledMessages, read: ReadonlyArray<Recollection>): RecalledMessages => {
  let result = HashMap.size(known) + read.length > enough ? nothingRecalled : known
  for (const one of read)
    result = HashMap.set(result, one.seq, one.event._tag === "MessageSent" ? recalled(one.event, one) : null)
  return result
}

const recalled = (event: MessageSent, { marks, reactions }: Recollection): RecalledMessage => {
  const { edited, deleted, counts, reacted } = readMarks(marks)
  return {
    message_id: event.message_id,
    sender: event.sender,
    isReply: event.thread_root_id !== undefined,
    textless: event.textless === true,
    mac: event.mac,
    edited,
    deleted,
    counts: HashMap.fromIterable(counts),
    reactions: HashMap.fromIterable(reactions.map((key) => [key, reacted.get(key) ?? null] as const)),
  }
}

/** `undefined`: unknown. `null`: no message. */
export const find = (known: RecalledMessages, seq: number): RecalledMessage | null | undefined =>
  Option.getOrUndefined(HashMap.get(known, seq))

/** The seq of this reaction; `null` when there is none; `undefined`: unknown. Nobody has to be asked about an emoji without a count. */
export const reactionOf = (
  message: RecalledMessage,
  emoji: string,
  user: UserId,
): number | null | undefined =>
  HashMap.has(message.counts, emoji)
    ? Option.getOrUndefined(HashMap.get(message.reactions, reactionKey(emoji, user)))
    : null

type About = Extract<ConversationEvent, { readonly message_seq: number }>

/** The same after a fact about a message, which stands at `seq`. What is not known is not learnt. */
export const happened = (known: RecalledMessages, event: About, seq: number): RecalledMessages => {
  const message = find(known, event.message_seq)
  if (message === undefined || message === null) return known
  return HashMap.set(known, event.message_seq, after(message, event, seq))
}

const after = (message: RecalledMessage, event: About, seq: number): RecalledMessage => {
  switch (event._tag) {
    case "MessageEdited":
      return { ...message, edited: { seq, mac: event.mac } }
    case "MessageDeleted":
      return { ...message, deleted: seq }
    case "ReactionAdded":
      return {
        ...message,
        counts: HashMap.set(message.counts, event.emoji, event.count),
        reactions: HashMap.set(message.reactions, reactionKey(event.emoji, event.actor), seq),
      }
    case "ReactionRemoved":
      return {
        ...message,
        counts:
          event.count > 0
            ? HashMap.set(message.counts, event.emoji, event.count)
            : HashMap.remove(message.counts, event.emoji),
        reactions: HashMap.set(message.reactions, reactionKey(event.emoji, event.actor), null),
      }
  }
}
