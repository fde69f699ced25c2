/**
 * What can be asked of a conversation. Time, actor and fresh ids arrive in the command: `decide` has no clock and no random.
 *
 * Shapes are checked before (wire schemas); sizes that depend on configuration are checked by `decide`, after the repeat of a
 * known `client_msg_id` has been recognised, because a repeat is compared before limits are applied (protocol, section 7).
 */
import type { Sealed } from "../Sealed.ts"
import type { ClientMessageId, ConversationId, MessageId, UserId } from "../ids.ts"
import type { Limits } from "../limits.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { MemberEntry } from "./events.ts"
import type { History } from "./vocabulary.ts"

interface Envelope {
  readonly actor: UserId
  /** The server's time at arrival; a decision never stamps an event earlier than the one before it. */
  readonly now: Timestamp
  readonly limits: Limits
}

export interface CreateDirect extends Envelope {
  readonly _tag: "CreateDirect"
  readonly id: ConversationId
  readonly partner: UserId
}

export interface CreateGroup extends Envelope {
  readonly _tag: "CreateGroup"
  readonly id: ConversationId
  /** Without the actor, who becomes the owner. Repeats are dropped. */
  readonly member_ids: ReadonlyArray<UserId>
  readonly history: History
  readonly name: Sealed
  readonly topic?: Sealed
  readonly metadata?: Sealed
  /** UTF-8 bytes of the metadata's JSON before it was sealed, judged against `limits.metadata_bytes`. */
  readonly metadataBytes?: number
  /** Present with an idempotency key: the MAC of the request, compared on a repeat. */
  readonly request?: string
}

export interface SendMessage extends Envelope {
  readonly _tag: "SendMessage"
  readonly message_id: MessageId
  readonly client_msg_id: ClientMessageId
  readonly body: Sealed
  readonly mac: string
  readonly media?: ReadonlyArray<string>
  readonly reply_to_message_id?: MessageId
  readonly thread_root_id?: MessageId
  /** Sizes of what `body` seals, so that limits can be judged without opening it. */
  readonly size: {
    readonly textChars: number
    readonly textBytes: number
    readonly metadataBytes: number
  }
}

export interface ChangeMembers extends Envelope {
  readonly _tag: "ChangeMembers"
  readonly add: ReadonlyArray<MemberEntry>
  readonly remove: ReadonlyArray<UserId>
}

export type ConversationCommand = CreateDirect | CreateGroup | SendMessage | ChangeMembers

/** `created` is false when the same conversation stood already. */
export interface Created {
  readonly _tag: "Created"
  readonly created: boolean
}
export interface Sent {
  readonly _tag: "Sent"
  readonly message_id: MessageId
  readonly seq: number
  readonly ts: Timestamp
  readonly duplicate: boolean
}
export interface MembersChanged {
  readonly _tag: "MembersChanged"
  readonly added: ReadonlyArray<UserId>
  readonly removed: ReadonlyArray<UserId>
  readonly seq: number
}
export type ConversationAnswer = Created | Sent | MembersChanged
