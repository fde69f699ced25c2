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
import type { MemberEntry, SettingMacs } from "./events.ts"
import type { History, Role } from "./vocabulary.ts"

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
  /** 18 random characters: the message's id is these and its seq (`messageIdAt`). */
  readonly entropy: string
  readonly client_msg_id: ClientMessageId
  readonly body: Sealed
  readonly mac: string
  /** The body has no text. */
  readonly textless?: true
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

/** Another text for one's own message. */
export interface EditMessage extends Envelope {
  readonly _tag: "EditMessage"
  readonly message_id: MessageId
  readonly body: Sealed
  /** Over the text alone: equal to that of the edit that stands, if it changes nothing. */
  readonly mac: string
  /** What the whole body's MAC would be if the message had been sent with this text and nothing else. */
  readonly original_mac: string
  readonly size: { readonly textChars: number; readonly textBytes: number }
}

export interface DeleteMessage extends Envelope {
  readonly _tag: "DeleteMessage"
  readonly message_id: MessageId
}

export interface AddReaction extends Envelope {
  readonly _tag: "AddReaction"
  readonly message_id: MessageId
  readonly emoji: string
}

export interface RemoveReaction extends Envelope {
  readonly _tag: "RemoveReaction"
  readonly message_id: MessageId
  readonly emoji: string
}

/** What is left out stays, `null` takes away. `macs`: of each that is given with a value. */
export interface UpdateConversation extends Envelope {
  readonly _tag: "UpdateConversation"
  readonly name?: Sealed
  readonly topic?: Sealed | null
  readonly metadata?: Sealed | null
  readonly macs: SettingMacs
  readonly metadataBytes?: number
}

export interface ArchiveConversation extends Envelope {
  readonly _tag: "ArchiveConversation"
}

export interface SetRole extends Envelope {
  readonly _tag: "SetRole"
  readonly user_id: UserId
  readonly role: Role
}

/** The actor has blocked his partner. */
export interface Restrict extends Envelope {
  readonly _tag: "Restrict"
}

/** The actor has unblocked his partner. */
export interface Lift extends Envelope {
  readonly _tag: "Lift"
}

export type ConversationCommand =
  | CreateDirect
  | CreateGroup
  | SendMessage
  | ChangeMembers
  | EditMessage
  | DeleteMessage
  | AddReaction
  | RemoveReaction
  | UpdateConversation
  | ArchiveConversation
  | SetRole
  | Restrict
  | Lift

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
/** `seq`: of the new event, or of the one that stands when nothing changed (the head where no single one does). */
export interface Done {
  readonly _tag: "Done"
  readonly seq: number
}
export type ConversationAnswer = Created | Sent | MembersChanged | Done
