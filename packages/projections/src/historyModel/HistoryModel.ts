/**
 * The history model: how events change its tables, and how it answers.
 *
 * Always true: a batch's counters are written once per conversation and sender, however many messages the batch holds.
 */
import type { DatabaseSync } from "node:sqlite"
import type { ConversationCreated, ConversationEvent, MessageSent } from "@parley/domain/conversation/events"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { type Changes, type Model, type ModelDefinition, type ModelEvent, PoisonedEvent } from "../Model.ts"
import { HistoryQueries } from "./HistoryQueries.ts"
import { prepareAll } from "./prepareAll.ts"
import { tableNames, tables } from "./tables.ts"

interface Row {
  readonly id: number
  revision: number
  position: number
  memberCount: number
  mainline: number
}

const sql = {
  conversation:
    "SELECT id, revision, position, member_count AS memberCount, mainline FROM conversations WHERE name = ?",
  create: `INSERT INTO conversations (name, kind, created_at, member_count, pair, history, title, topic, metadata, revision, position)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  move: "UPDATE conversations SET revision = ?, position = ?, member_count = ?, mainline = ? WHERE id = ?",
  join: `INSERT INTO members (conversation, user, role, joined_seq, joined_at, mainline_at_join, own_at_join)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  leave: "DELETE FROM members WHERE conversation = ? AND user = ?",
  appoint: "UPDATE members SET role = ? WHERE conversation = ? AND user = ?",
  sender: "SELECT mainline FROM senders WHERE conversation = ? AND user = ?",
  saveSender:
    "INSERT INTO senders (conversation, user, mainline) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET mainline = excluded.mainline",
  message: `INSERT INTO messages (conversation, seq, message_id, sender, client_msg_id, ts, ordinal, sender_ordinal, box, media, reply_to, thread_root)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
} as const

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

/** One batch being applied. */
class Batch {
  readonly #statements
  readonly #rows = new Map<string, Row>()
  readonly #senders = new Map<string, { readonly id: number; readonly user: string; mainline: number }>()
  readonly #changes: Array<Changes["changes"][number]> = []

  constructor(statements: ReturnType<typeof prepareAll<typeof sql>>) {
    this.#statements = statements
  }

  apply({ event, conversation, recorded }: ModelEvent): void {
    const row = this.#row(conversation)
    // Applied before: a batch may be seen again after a crash of another kind than we know.
    if (row !== undefined && recorded.revision <= row.revision) return
    if (row !== undefined) this.#change(conversation, row, recorded, event)
    else if (event._tag === "ConversationCreated") this.#create(conversation, recorded, event)
    else throw new PoisonedEvent(recorded, "the conversation was never created")
  }

  finish(): Changes {
    for (const row of this.#rows.values())
      this.#statements.move.run(row.revision, row.position, row.memberCount, row.mainline, row.id)
    for (const { id, user, mainline } of this.#senders.values())
      this.#statements.saveSender.run(id, user, mainline)
    const heads = Array.from(this.#rows, ([conversation, { revision, position }]) => ({
      conversation,
      revision,
      position,
    }))
    return { heads, changes: this.#changes }
  }

  #create(conversation: string, { revision, position }: RecordedEvent, event: ConversationCreated): void {
    const pair = event.kind === "direct" ? event.members.map((member) => member.user_id) : []
    const { lastInsertRowid } = this.#statements.create.run(
      conversation,
      event.kind,
      event.ts,
      event.members.length,
      JSON.stringify(pair),
      event.history,
      json(event.name),
      json(event.topic),
      json(event.metadata),
      revision,
      position,
    )
    const row = {
      id: Number(lastInsertRowid),
      revision,
      position,
      memberCount: event.members.length,
      mainline: 0,
    }
    this.#rows.set(conversation, row)
    this.#join(row, revision, event.ts, event.members)
    this.#note(
      conversation,
      revision,
      event.members.map((member) => member.user_id),
      [],
    )
  }

  #change(
    conversation: string,
    row: Row,
    { revision, position }: RecordedEvent,
    event: ConversationEvent,
  ): void {
    row.revision = revision
    row.position = position
    switch (event._tag) {
      // A conversation is created once: as in the domain, a second time is a revision and nothing else.
      case "ConversationCreated":
        return undefined
      case "MessageSent":
        return this.#say(row, revision, event)
      case "MemberAdded": {
        row.memberCount = event.member_count
        this.#join(row, revision, event.ts, event.members)
        return this.#note(
          conversation,
          revision,
          event.members.map((member) => member.user_id),
          [],
        )
      }
      case "MemberRemoved": {
        row.memberCount = event.member_count
        for (const user of event.user_ids) this.#statements.leave.run(row.id, user)
        return this.#note(conversation, revision, [], event.user_ids)
      }
      case "MemberRoleChanged": {
        this.#statements.appoint.run(event.role, row.id, event.user_id)
        return undefined
      }
    }
  }

  #say(row: Row, revision: number, event: MessageSent): void {
    this.#statements.message.run(
      row.id,
      revision,
      event.message_id,
      event.sender,
      event.client_msg_id,
      event.ts,
      event.ordinal,
      event.sender_ordinal,
      // The owner of a body's key is its sender.
      event.body.box,
      json(event.media),
      event.reply_to_message_id ?? null,
      event.thread_root_id ?? null,
    )
    if (event.thread_root_id !== undefined) return
    row.mainline += 1
    this.#sender(row.id, event.sender).mainline += 1
  }

  #join(row: Row, seq: number, at: number, members: ConversationCreated["members"]): void {
    for (const { user_id, role } of members) {
      const own = row.mainline === 0 ? 0 : this.#ownMainline(row.id, user_id)
      this.#statements.join.run(row.id, user_id, role, seq, at, row.mainline, own)
    }
  }

  #note(
    conversation: string,
    seq: number,
    added: ReadonlyArray<string>,
    removed: ReadonlyArray<string>,
  ): void {
    this.#changes.push({ conversation, seq, added, removed })
  }

  #row(conversation: string): Row | undefined {
    const known = this.#rows.get(conversation)
    if (known !== undefined) return known
    const row = this.#statements.conversation.get(conversation) as Row | undefined
    if (row !== undefined) this.#rows.set(conversation, row)
    return row
  }

  #ownMainline(id: number, user: string): number {
    const counted = this.#senders.get(`${id}\n${user}`)
    if (counted !== undefined) return counted.mainline
    return (this.#statements.sender.get(id, user) as { mainline: number } | undefined)?.mainline ?? 0
  }

  #sender(id: number, user: string): { mainline: number } {
    const key = `${id}\n${user}`
    const known = this.#senders.get(key)
    if (known !== undefined) return known
    const fresh = { id, user, mainline: this.#ownMainline(id, user) }
    this.#senders.set(key, fresh)
    return fresh
  }
}

const open = (database: DatabaseSync): Model => {
  const statements = prepareAll(database, sql)
  const queries = new HistoryQueries(database)
  return {
    apply: (events) => {
      const batch = new Batch(statements)
      for (const event of events) batch.apply(event)
      return batch.finish()
    },
    query: (method, args) => queries.answer(method, args),
  }
}

export const historyModel: ModelDefinition = {
  name: "history",
  version: 1,
  prefix: "conversation-",
  tables,
  tableNames,
  open,
}
