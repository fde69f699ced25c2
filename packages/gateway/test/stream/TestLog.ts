/** A log of conversations in memory, and the few things that happen in them. */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { Announcement } from "@parley/runtime/Broker"
import { announcementOf } from "@parley/runtime/frames"
import { framed } from "../../src/stream/FramedEvent.ts"
import { type Model, membersAt } from "./membershipOf.ts"

export const cnv = (n: number): string => `cnv_${String(n).padStart(26, "0")}`

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
      const opened = { body: `{"text":"${conversation} ${seq}"}`, name: "name" }
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
      message_id: `msg_${String(++this.#keys).padStart(26, "0")}`,
      sender,
      client_msg_id: `key-${this.#keys}`,
      body: { owner: sender, box: "" },
      mac: "",
      ordinal,
      sender_ordinal: 1,
    })
  }

  found(conversation: string, ...users: ReadonlyArray<string>): void {
    const members = users.map((user_id) => ({ user_id, role: "member" as const }))
    this.append(conversation, {
      _tag: "ConversationCreated",
      ts: this.now,
      kind: "group",
      creator: users[0]!,
      members,
      member_count: members.length,
      history: "all",
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
