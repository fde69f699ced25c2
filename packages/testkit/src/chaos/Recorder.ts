/**
 * Writes down what the clients of a run do and get, for the checker.
 *
 * Always true: a start is noted before the frame leaves, an answer and a frame when they came in, all by one monotonic clock. The cost of
 * a delivery is one row of numbers.
 */
import type { Content } from "../checker/Contents.ts"
import { GAP, INBOX_ADDED, INBOX_REMOVED, SYNCED } from "../checker/Receipts.ts"
import { Recording, type Attempt, type Item, type Send } from "../checker/Recording.ts"
import type { Message } from "../independent/Account.ts"
import type { Watcher } from "../independent/Client.ts"
import type { Frame } from "../independent/Frame.ts"
import { unknownOutcome, type Outcome, type Send as Outgoing } from "../independent/Outgoing.ts"

/** Milliseconds of the system's monotonic clock. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

export class Recorder {
  readonly recording = new Recording()
  /** By conversation: the highest `seq` that anybody was told of. */
  readonly heads: Array<number> = []
  deliveries = 0
  reconnects = 0
  readonly closeCodes = new Map<number, number>()
  readonly refusals = new Map<string, number>()
  #frozen = false
  readonly #sends = new Map<string, Send>()
  readonly #trying = new WeakMap<Outgoing, Attempt>()

  /** Nothing more is written: what follows is the taking down of the run. */
  freeze(): void {
    this.#frozen = true
  }

  conversation(id: string, founders: ReadonlyArray<string>, kind: "direct" | "group"): number {
    const number = this.recording.conversations.numberOf(id)
    this.recording.isGroup[number] = kind === "group"
    this.recording.founders[number] = founders.map((user) => this.recording.users.numberOf(user))
    return number
  }

  /** What a client of this device is watched by. */
  watch(userId: string, deviceId: string): Watcher {
    const { devices, connections, users, receipts } = this.recording
    const user = users.numberOf(userId)
    const device = devices.push({ user, name: `${userId}/${deviceId}` }) - 1
    let connection = -1
    return {
      opened: (from) => {
        if (this.#frozen) return
        connection = connections.push({ device, openedAt: now(), from }) - 1
        if (from === "cursor") this.reconnects++
      },
      synced: () => {
        if (this.#frozen) return
        connections[connection]!.syncedAt = now()
        receipts.add(now(), connection, -1, -1, SYNCED)
      },
      closed: (code) => {
        if (this.#frozen) return
        connections[connection]!.closedAt = now()
        this.closeCodes.set(code, (this.closeCodes.get(code) ?? 0) + 1)
      },
      frame: (frame) => {
        if (!this.#frozen) this.#frame(connection, frame)
      },
      sending: (outgoing) => {
        const attempt: Attempt = { connection, startedAt: now(), outcome: "unknown", answeredAt: Infinity }
        this.#trying.set(outgoing, attempt)
        this.#sendOf(user, outgoing).attempts.push(attempt)
      },
      answered: (outgoing, outcome) => this.#answered(this.#trying.get(outgoing)!, outgoing, outcome),
    }
  }

  /** The messages of a page or of a history, as the checker reads them. */
  items(messages: ReadonlyArray<Message>): Array<Item> {
    return messages.map(({ seq, message_id, sender_id, text, client_msg_id, deleted, reactions = [] }) => ({
      seq,
      messageId: message_id,
      sender: sender_id,
      text: text ?? "",
      ...(client_msg_id === undefined ? {} : { clientMsgId: client_msg_id }),
      ...(deleted === true ? { deleted } : {}),
      ...(reactions.length === 0
        ? {}
        : {
            reactions: reactions
              .map(({ emoji, count }) => `${emoji} ${count}`)
              .sort()
              .join(","),
          }),
    }))
  }

  #sendOf(user: number, { conversation, clientMsgId, text }: Outgoing): Send {
    const standing = this.#sends.get(clientMsgId)
    if (standing !== undefined) return standing
    const send: Send = {
      conversation: this.recording.conversations.numberOf(conversation),
      user,
      clientMsgId,
      text,
      attempts: [],
    }
    this.#sends.set(clientMsgId, send)
    this.recording.sends.push(send)
    return send
  }

  #answered(attempt: Attempt, outgoing: Outgoing, outcome: Outcome): void {
    attempt.answeredAt = now()
    if (outcome._tag === "Acked") {
      attempt.outcome = "acked"
      attempt.messageId = outcome.ack.message_id
      attempt.seq = outcome.ack.seq
      attempt.duplicate = outcome.ack.duplicate
      this.#head(this.recording.conversations.numberOf(outgoing.conversation), outcome.ack.seq)
      return
    }
    const { code } = outcome.problem
    attempt.code = code
    if (!unknownOutcome.has(code)) attempt.outcome = "refused"
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }

  #frame(connection: number, frame: Frame): void {
    const { receipts, contents, conversations } = this.recording
    const { type, seq } = frame
    if (seq !== undefined) {
      const conversation = conversations.numberOf(frame.conversation_id!)
      const content = contentOf(frame)
      receipts.add(now(), connection, conversation, seq, contents.numberOf(conversation, seq, content))
      if (type === "message.new") this.deliveries++
      this.#head(conversation, seq)
      return
    }
    const kind =
      type === "sync.gap"
        ? GAP
        : type === "inbox.removed"
          ? INBOX_REMOVED
          : type === "inbox.added"
            ? INBOX_ADDED
            : undefined
    if (kind === undefined) return
    const conversation = conversations.numberOf(frame.conversation_id!)
    const to = kind === GAP ? (frame.payload.to_seq as number) : -1
    receipts.add(now(), connection, conversation, to, kind)
  }

  #head(conversation: number, seq: number): void {
    if (seq > (this.heads[conversation] ?? -1)) this.heads[conversation] = seq
  }
}

const contentOf = ({ type, payload }: Frame): Content => {
  const { message_id: messageId = "", actor_id, editor_id, sender_id, user_id, emoji, count, role } = payload
  switch (type) {
    case "message.new":
      return { type, messageId, who: sender_id, text: payload.text ?? "" }
    case "message.edited":
      return { type, messageId, who: editor_id, text: payload.text }
    case "message.deleted":
      return { type, messageId, who: actor_id, text: "" }
    case "reaction.added":
    case "reaction.removed":
      return { type, messageId, who: user_id, text: `${emoji} ${count}` }
    case "member.role_changed":
      return { type, messageId, who: user_id, text: `${actor_id} ${role}` }
    default:
      return { type, messageId, who: concerned(type, payload), text: "" }
  }
}

const concerned = (type: string, payload: Frame["payload"]): string => {
  if (type === "member.added")
    return payload.members
      .map(({ user_id }: { user_id: string }) => user_id)
      .sort()
      .join(",")
  return type === "member.removed" ? [...payload.user_ids].sort().join(",") : ""
}
