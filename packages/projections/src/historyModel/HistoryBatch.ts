/**
 * One batch of events being applied to the history model.
 *
 * Always true: a conversation's row is written once in a batch, however many messages the batch holds.
 */
import type { ConversationCreated, ConversationEvent, MessageSent } from "@parley/domain/conversation/events"
import { seqOfMessage } from "@parley/domain/ids"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { type Changes, type ModelEvent, PoisonedEvent } from "../Model.ts"
import { alterMessage } from "./alterMessage.ts"
import type { HistoryTables, Numbers } from "./HistoryTables.ts"

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

export class HistoryBatch {
  readonly #tables: HistoryTables
  readonly #rows = new Map<string, Numbers>()
  /** Mainline messages by conversation and sender. */
  readonly #own = new Map<string, number>()
  readonly #changes: Array<Changes["changes"][number]> = []

  constructor(tables: HistoryTables) {
    this.#tables = tables
  }

  apply({ event, subject: conversation, recorded }: ModelEvent): void {
    const row = this.#row(conversation)
    // Applied before: a batch may be seen again after a crash of another kind than we know.
    if (row !== undefined && recorded.revision <= row.revision) return
    if (row !== undefined) this.#change(conversation, row, recorded, event)
    else if (event._tag === "ConversationCreated") this.#create(conversation, recorded, event)
    else throw new PoisonedEvent(recorded, "the conversation was never created")
  }

  finish(): Changes {
    for (const row of this.#rows.values()) this.#tables.move(row)
    const heads = Array.from(this.#rows, ([conversation, { revision, position }]) => ({
      conversation,
      revision,
      position,
    }))
    return { heads, changes: this.#changes }
  }

  #create(conversation: string, recorded: RecordedEvent, event: ConversationCreated): void {
    const { revision, position } = recorded
    const memberCount = event.members.length
    const { kind, ts, history, name, topic, metadata } = event
    const id = this.#tables.create({
      name: conversation,
      kind,
      createdAt: ts,
      history,
      memberCount,
      revision,
      position,
      pair: kind === "direct" ? event.members.map((member) => member.user_id) : [],
      settings: { name, topic, metadata },
    })
    const row = {
      id,
      revision,
      position,
      memberCount,
      mainline: 0,
      lastMainline: -1,
      activity: position,
    }
    this.#rows.set(conversation, row)
    this.#join(conversation, row, recorded, event)
  }

  #change(conversation: string, row: Numbers, recorded: RecordedEvent, event: ConversationEvent): void {
    row.revision = recorded.revision
    row.position = recorded.position
    switch (event._tag) {
      // A conversation is created once: as in the domain, a second time is a revision and nothing else.
      case "ConversationCreated":
        return undefined
      case "MessageSent":
        return this.#say(row, recorded, event)
      case "MemberAdded": {
        row.memberCount = event.member_count
        return this.#join(conversation, row, recorded, event)
      }
      case "MemberRemoved": {
        row.memberCount = event.member_count
        for (const user of event.user_ids) this.#tables.leave(row.id, user)
        return this.#note(conversation, recorded, [], event.user_ids)
      }
      case "MemberRoleChanged":
        return this.#tables.appoint(row.id, event.user_id, event.role)
      case "MessageEdited":
      case "MessageDeleted":
      case "ReactionAdded":
      case "ReactionRemoved":
        return alterMessage(this.#tables, row.id, recorded.revision, event)
      case "ConversationUpdated": {
        const { name, topic, metadata } = event
        return this.#tables.resettle(row.id, { name, topic, metadata })
      }
      case "ConversationArchived":
        return this.#tables.archive(row.id)
      case "DirectRestricted":
        return this.#restrict(row.id, (by) => [...by.filter((user) => user !== event.actor), event.actor])
      case "DirectRestrictionLifted":
        return this.#restrict(row.id, (by) => by.filter((user) => user !== event.actor))
    }
  }

  #say(row: Numbers, { revision, position }: RecordedEvent, event: MessageSent): void {
    const root = event.thread_root_id
    let own: number | null = null
    if (root === undefined) {
      row.mainline += 1
      row.lastMainline = revision
      own = this.#countOwn(row.id, event.sender)
    }
    row.activity = position
    this.#tables.say({
      conversation: row.id,
      seq: revision,
      position,
      messageId: event.message_id,
      sender: event.sender,
      clientMsgId: event.client_msg_id,
      ts: event.ts,
      ordinal: event.ordinal,
      senderOrdinal: event.sender_ordinal,
      mainline: row.mainline,
      ownMainline: own,
      // The owner of a body's key is its sender.
      box: event.body.box,
      media: json(event.media),
      replyTo: event.reply_to_message_id ?? null,
      threadRoot: root ?? null,
    })
    if (root !== undefined) this.#tables.reply(row.id, seqOfMessage(root) ?? -1, root)
  }

  /** The sender's mainline messages, one more than before. */
  #countOwn(id: number, sender: string): number {
    const key = `${id}\n${sender}`
    const known = this.#own.get(key) ?? this.#tables.ownMainline(id, sender)
    this.#own.set(key, known + 1)
    return known + 1
  }

  #join(
    conversation: string,
    row: Numbers,
    recorded: RecordedEvent,
    { members, ts }: Pick<ConversationCreated, "members" | "ts">,
  ): void {
    const { revision, position } = recorded
    const joined = { joinedSeq: revision, joinedAt: ts, joinedPosition: position }
    for (const { user_id, role } of members) this.#tables.join(row.id, { user: user_id, role, ...joined })
    this.#note(
      conversation,
      recorded,
      members.map((member) => member.user_id),
      [],
    )
  }

  #restrict(id: number, change: (by: ReadonlyArray<string>) => ReadonlyArray<string>): void {
    this.#tables.restrict(id, change(this.#tables.restrictions(id)))
  }

  #note(
    conversation: string,
    { revision, position }: RecordedEvent,
    added: ReadonlyArray<string>,
    removed: ReadonlyArray<string>,
  ): void {
    this.#changes.push({ conversation, seq: revision, position, added, removed })
  }

  #row(conversation: string): Numbers | undefined {
    const known = this.#rows.get(conversation)
    if (known !== undefined) return known
    const row = this.#tables.conversation(conversation)
    if (row !== undefined) this.#rows.set(conversation, row)
    return row
  }
}
