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
  readonly archived: boolean
}

/** The payload of `message.new`. */
export interface MessageNew {
  readonly message_id: string
  readonly sender_id: string
  readonly text?: string
  readonly deleted?: boolean
}

/** A message of history. */
export interface WireMessage extends MessageNew {
  readonly conversation_id: string
  readonly seq: number
  readonly ts: string
  readonly client_msg_id?: string
  readonly edited_at?: string
  /** The last event folded into it: frames up to it change nothing. */
  readonly as_of_seq: number
}

/** A line of the inbox. */
export interface InboxItem extends Conversation {
  readonly last_message?: WireMessage
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

export interface Member {
  readonly user_id: string
  readonly role: string
}
