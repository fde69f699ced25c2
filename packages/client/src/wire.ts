/**
 * What travels between this client and a Parley server, as plain types: the part of the protocol that the client uses.
 *
 * Always true: nothing here runs. Not for: checking; the server's answers are trusted to have the shapes of the protocol, and
 * frames or fields that are not known are ignored.
 */

/** One text message on the socket. `seq` only on events of a conversation's own stream. */
export interface Frame {
  readonly id?: string
  readonly type: string
  readonly conversation_id?: string
  readonly seq?: number
  readonly client_msg_id?: string
  readonly reply_to?: string
  readonly ts?: string
  readonly payload?: unknown
}

/** The first frame of every connection. */
export interface Hello {
  readonly session_id: string
  readonly user_id: string
  readonly device_id: string
  readonly cursor: string
  readonly epoch: string
  readonly server_time: string
  readonly limits: Readonly<Record<string, number>>
}

export interface Conversation {
  readonly id: string
  readonly kind: "direct" | "group"
  readonly name?: string
  readonly topic?: string
  readonly created_at: string
  readonly member_count: number
  /** Both members; direct conversations only. */
  readonly member_ids?: ReadonlyArray<string>
  readonly role?: string
  readonly can_send?: boolean
  readonly last_seq: number
  readonly history?: string
  readonly archived: boolean
}

/** The payload of `message.new`. */
export interface MessageNew {
  readonly message_id: string
  readonly sender_id: string
  readonly text?: string
  readonly reply_to_message_id?: string
  readonly thread_root_id?: string
  readonly deleted?: boolean
}

export interface WireReaction {
  readonly emoji: string
  readonly count: number
  readonly mine: boolean
}

/** A message of history. */
export interface WireMessage extends MessageNew {
  readonly conversation_id: string
  readonly seq: number
  readonly ts: string
  readonly client_msg_id?: string
  readonly edited_at?: string
  readonly reactions: ReadonlyArray<WireReaction>
  /** Of its thread; absent when there is none. */
  readonly reply_count?: number
  /** The last event folded into it: frames up to it change nothing. */
  readonly as_of_seq: number
}

/** A line of the inbox. */
export interface InboxItem extends Conversation {
  readonly last_message?: WireMessage
  readonly read_seq: number
  readonly unread: number
}

/** What the person has read, and how much there is behind it as of `last_seq`. */
export interface Marker {
  readonly last_seq: number
  readonly read_seq: number
  readonly unread: number
}

export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly prev_cursor?: string
  readonly next_cursor?: string
}

/** The answer to `message.send`. */
export interface SendAck {
  readonly message_id: string
  readonly seq: number
  readonly ts: string
  readonly duplicate: boolean
}

export type Role = "owner" | "admin" | "member" | "reader"

export interface RosterEntry {
  readonly user_id: string
  readonly role: Role
  readonly joined_at: string
}

export interface Profile {
  readonly user_id: string
  /** The user id for who has given no name. */
  readonly name: string
}

export interface OwnProfile extends Profile {
  readonly share_last_seen: boolean
  readonly send_read_receipts: boolean
}

/** `read_up_to` 0: nothing, or he does not say. */
export interface ReceiptEntry {
  readonly user_id: string
  readonly delivered_up_to: number
  readonly read_up_to: number
}

export interface Device {
  readonly device_id: string
  readonly platform: "android" | "ios" | "web"
  readonly registered_at: string
}

/** `vapid_public_key` absent: this server sends no Web Push. */
export interface PushConfig {
  readonly vapid_public_key?: string
}

export interface Member {
  readonly user_id: string
  readonly role: string
}
