/** A log of conversations in memory, and the few things that happen in them. */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { messageIdAt } from "@parley/domain/ids"
import type { Announcement } from "@parley/runtime/Broker"
import { announcementOf } from "@parley/runtime/frames"
import { presentWords } from "@parley/runtime/presentWords"
import { type FramedEvent, framed } from "../../src/stream/FramedEvent.ts"
import { type Model, membersAt } from "./membershipOf.ts"

export const cnv = (n: number): string => `cnv_${String(n).padStart(26, "0")}`

/** Every event with words says its own place. */
const openedAt = (conversation: string, seq: number) => ({
  body: `{"text":"${conversation} ${seq}"}`,
  name: "name",
})

/** A run of a conversation's events as a replay shows it. */
export const presentFrames = (
  conversation: string,
  run: ReadonlyArray<Model>,
): ReadonlyArray<FramedEvent> => {
  const words = presentWords(
    run.map(({ event, framed: { seq } }) => ({ event, seq, opened: openedAt(conversation, seq) })),
  )
  return run.map(({ event, framed: { seq }, position }, index) =>
    framed(announcementOf({ conversation, seq, position, event, opened: words[index]! })),
  )
}

export abstract class TestLog {
  now = 1_000_000
  /** The log's last position. */
  position = -1
  readonly streams = new Map<string, Array<Model>>()
  #keys = 0

  protected abstract publish(announcement: Announcement): void

  /** Appends events of one conversation as one commit and announces them, if they arrive. */
  append(conversation: string, ...events: ReadonlyArray<ConversationEvent>): void {
    const stream = this.streams.get(conversation) ?? []
    this.streams.set(conversation, stream)
    const committed: Array<Announcement> = []
    for (const event of events) {
      const [seq, position] = [stream.length, ++this.position]
      const opened = openedAt(conversation, seq)
      const announcement = announcementOf({ conversation, seq, position, event, opened })
      stream.push({ event, framed: framed(announcement), position })
      committed.push(announcement)
    }
    // As the entity does it: all of a commit carry the commit's last position.
    for (const announcement of committed) this.publish({ ...announcement, position: this.position })
  }

  say(conversation: string, sender = "ann"): void {
    const ordinal =
      this.streams.get(conversation)!.filter(({ event }) => event._tag === "MessageSent").length + 1
    this.append(conversation, {
      _tag: "MessageSent",
      ts: this.now,
      message_id: messageIdAt(this.streams.get(conversation)!.length, String(++this.#keys).padStart(18, "0")),
      sender,
      client_msg_id: `key-${this.#keys}`,
      body: { owner: sender, box: "" },
      mac: "",
      ordinal,
      sender_ordinal: 1,
    })
  }

  /** About the message that stands at `seq`. */
  edit(conversation: string, seq: number): void {
    const body = { owner: "ann", box: "" }
    this.append(conversation, { _tag: "MessageEdited", ...this.#about(conversation, seq), body, mac: "" })
  }

  delete(conversation: string, seq: number): void {
    this.append(conversation, { _tag: "MessageDeleted", ...this.#about(conversation, seq), sender: "ann" })
  }

  react(conversation: string, seq: number): void {
    const reaction = { emoji: "👍", count: 1 }
    this.append(conversation, { _tag: "ReactionAdded", ...this.#about(conversation, seq), ...reaction })
  }

  #about(conversation: string, seq: number) {
    const { event } = this.streams.get(conversation)![seq]!
    if (event._tag !== "MessageSent") throw new Error(`${conversation} ${seq} is no message`)
    return { ts: this.now, actor: "ann", message_seq: seq, message_id: event.message_id }
  }

  found(conversation: string, ...users: ReadonlyArray<string>): void {
    this.#found(conversation, "all", users)
  }

  /** Whoever joins later sees nothing of before. */
  foundFromJoin(conversation: string, ...users: ReadonlyArray<string>): void {
    this.#found(conversation, "from_join", users)
  }

  #found(conversation: string, history: "all" | "from_join", users: ReadonlyArray<string>): void {
    const members = users.map((user_id) => ({ user_id, role: "member" as const }))
    this.append(conversation, {
      _tag: "ConversationCreated",
      ts: this.now,
      kind: "group",
      creator: users[0]!,
      members,
      member_count: members.length,
      history,
    })
  }

  add(conversation: string, ...users: ReadonlyArray<string>): void {
    const members = users.map((user_id) => ({ user_id, role: "member" as const }))
    this.append(conversation, { _tag: "MemberAdded", ts: this.now, actor: "ann", members, member_count: 9 })
  }

  remove(conversation: string, ...users: ReadonlyArray<string>): void {
    this.append(conversation, {
      _tag: "MemberRemoved",
      ts: this.now,
      actor: "ann",
      user_ids: users,
      member_count: 9,
    })
  }

  members(conversation: string): ReadonlySet<string> {
    return new Set(membersAt(this.streams.get(conversation) ?? [], Number.POSITIVE_INFINITY).keys())
  }
}
