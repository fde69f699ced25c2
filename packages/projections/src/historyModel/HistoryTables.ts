/**
 * The tables of the history model as a batch of events changes them: what `HistoryBatch` decides is written through this, at once
 * (SQLite), or into memory first and all together at the end (Postgres).
 *
 * Always true: synchronous. What is asked here knows what was written before in the same batch.
 */
import type { Sealed } from "@parley/domain/Sealed"

/** The numbers of a conversation that messages change; its row is written once in a batch. */
export interface Numbers {
  readonly id: number
  revision: number
  position: number
  memberCount: number
  /** Messages that are no thread replies; the seq of the last of them, -1 when there is none. */
  mainline: number
  lastMainline: number
  /** The place in the log of the last message, else of the creation. */
  activity: number
}

export interface Settings {
  readonly name: Sealed | undefined
  readonly topic: Sealed | undefined
  readonly metadata: Sealed | undefined
}

export interface NewConversation {
  readonly name: string
  readonly kind: string
  readonly createdAt: number
  readonly history: string
  readonly memberCount: number
  readonly revision: number
  readonly position: number
  readonly pair: ReadonlyArray<string>
  readonly settings: Settings
}

/** A message as it was sent. `mainline`: up to this one; `ownMainline`: the sender's, `null` for a thread reply. */
export interface NewMessage {
  readonly conversation: number
  readonly seq: number
  readonly position: number
  readonly messageId: string
  readonly sender: string
  readonly clientMsgId: string
  readonly ts: number
  readonly ordinal: number
  readonly senderOrdinal: number
  readonly mainline: number
  readonly ownMainline: number | null
  readonly box: string
  readonly media: string | null
  readonly replyTo: string | null
  readonly threadRoot: string | null
}

export interface NewMember {
  readonly user: string
  readonly role: string
  readonly joinedSeq: number
  readonly joinedAt: number
  readonly joinedPosition: number
}

export interface HistoryTables {
  readonly conversation: (name: string) => Numbers | undefined
  /** Returns the conversation's number. */
  readonly create: (conversation: NewConversation) => number
  readonly move: (numbers: Numbers) => void
  readonly archive: (id: number) => void
  readonly resettle: (id: number, settings: Settings) => void
  readonly restrictions: (id: number) => ReadonlyArray<string>
  readonly restrict: (id: number, by: ReadonlyArray<string>) => void
  /** Who is in already stays as he is. */
  readonly join: (id: number, member: NewMember) => void
  readonly leave: (id: number, user: string) => void
  readonly appoint: (id: number, user: string, role: string) => void
  /** The sender's messages that are no thread replies. */
  readonly ownMainline: (id: number, sender: string) => number
  /** One that is there already stays as it is. */
  readonly say: (message: NewMessage) => void
  /** One more reply to the message at `seq`, if it has this id. */
  readonly reply: (id: number, seq: number, messageId: string) => void
  /** Those that follow leave a deleted message, and one that is not there, alone. */
  readonly edit: (id: number, seq: number, box: string, at: number) => void
  /** Takes contents and reactions away. Returns whose it was; `undefined`: nothing was deleted. */
  readonly remove: (
    id: number,
    seq: number,
    revision: number,
  ) => { readonly sender: string; readonly threadRoot: string | null } | undefined
  readonly noteDeletion: (id: number, seq: number, sender: string) => void
  /** JSON of the counts, `null` without any; `undefined`: there is no message that could be reacted to. */
  readonly reactions: (id: number, seq: number) => string | null | undefined
  readonly saveReactions: (id: number, seq: number, counts: string | null) => void
  /** Whether this person stands behind the emoji. */
  readonly stand: (id: number, seq: number, user: string, emoji: string, stands: boolean) => void
}
