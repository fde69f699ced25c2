/**
 * The frames that are not events of a conversation, as bytes for the socket.
 *
 * Always true: they follow the schemas of the domain's `serverFrames.ts`; a test holds the two together.
 */
import type { Limits } from "@parley/domain/limits"
import { toWire } from "@parley/domain/Timestamp"
import type { Conversation } from "@parley/domain/wire/conversation"
import type { Problem } from "@parley/domain/wire/problem"
import type { EmptyAck, PresencesAck, SendAck, SeqAck, SyncAck } from "@parley/domain/wire/serverFrames"
import { HEARTBEAT_MS } from "./Heartbeat.ts"
import { textFrameOf } from "./textFrame.ts"

/** What this server does of the protocol's optional parts. */
const capabilities: ReadonlyArray<string> = [
  "messages",
  "members",
  "sync",
  "edits",
  "reactions",
  "receipts",
  "typing",
]

export type AckPayload = SendAck | SyncAck | SeqAck | PresencesAck | EmptyAck

/** Ids for frames that no event stands behind: unique as long as the session's own id is. */
export class FrameIds {
  readonly session: string
  #count = 0

  constructor(session: string) {
    this.session = session
  }

  next(): string {
    return `evt_${this.session.slice(4)}_${(this.#count++).toString(36)}`
  }
}

export interface Hello {
  readonly user: string
  readonly device: string
  readonly cursor: string
  readonly epoch: string
  readonly limits: Limits
  /** Whether people are shown to each other. */
  readonly presence: boolean
}

/** What in a client's frame its answer names. */
export interface AnswerTo {
  readonly id?: string | undefined
  readonly conversation?: string | undefined
  readonly clientMsgId?: string | undefined
}

const frame = (ids: FrameIds, now: number, type: string, payload: string, extra = ""): Buffer =>
  textFrameOf(`{"id":"${ids.next()}","type":"${type}",${extra}"ts":"${toWire(now)}","payload":${payload}}`)

const about = (conversation: string): string => `"conversation_id":"${conversation}",`

const answering = ({ id, conversation, clientMsgId }: AnswerTo): string =>
  (id === undefined ? "" : `"reply_to":${JSON.stringify(id)},`) +
  (conversation === undefined ? "" : `"conversation_id":${JSON.stringify(conversation)},`) +
  (clientMsgId === undefined ? "" : `"client_msg_id":${JSON.stringify(clientMsgId)},`)

export const helloFrame = (ids: FrameIds, now: number, hello: Hello): Buffer =>
  frame(
    ids,
    now,
    "hello",
    JSON.stringify({
      session_id: ids.session,
      user_id: hello.user,
      device_id: hello.device,
      heartbeat_ms: HEARTBEAT_MS,
      cursor: hello.cursor,
      epoch: hello.epoch,
      server_time: toWire(now),
      limits: hello.limits,
      capabilities: hello.presence ? [...capabilities, "presence"] : capabilities,
    }),
  )

export const ackFrame = (ids: FrameIds, now: number, to: AnswerTo, payload: AckPayload): Buffer =>
  frame(ids, now, "ack", JSON.stringify(payload), answering(to))

export const errorFrame = (ids: FrameIds, now: number, to: AnswerTo, payload: Problem): Buffer =>
  frame(ids, now, "error", JSON.stringify(payload), answering(to))

export const inboxAddedFrame = (ids: FrameIds, now: number, conversation: Conversation): Buffer =>
  frame(ids, now, "inbox.added", JSON.stringify(conversation), about(conversation.id))

export const inboxRemovedFrame = (ids: FrameIds, now: number, conversation: string): Buffer =>
  frame(ids, now, "inbox.removed", "{}", about(conversation))

export const syncGapFrame = (ids: FrameIds, now: number, conversation: string, toSeq: number): Buffer =>
  frame(ids, now, "sync.gap", `{"to_seq":${toSeq}}`, about(conversation))

export const cursorFrame = (ids: FrameIds, now: number, cursor: string): Buffer =>
  frame(ids, now, "cursor", `{"cursor":"${cursor}"}`)

export const drainingFrame = (ids: FrameIds, now: number, reconnectAfterMs: number): Buffer =>
  frame(ids, now, "draining", `{"reconnect_after_ms":${reconnectAfterMs}}`)
