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
import type { prepareAll } from "./prepareAll.ts"
import type { writes } from "./statements.ts"

interface Row {
  readonly id: number
  revision: number
  position: number
  memberCount: number
  mainline: number
  lastMainline: number
  activity: number
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

export class HistoryBatch {
  readonly #statements
  readonly #rows = new Map<string, Row>()
  /** Mainline messages by conversation and sender. */
  readonly #own = new Map<string, number>()
  readonly #changes: Array<Changes["changes"][number]> = []

  constructor(statements: ReturnType<typeof prepareAll<typeof writes>>) {
    this.#statements = statements
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
    for (const row of this.#rows.values())
      this.#statements.move.run(
        row.revision,
        row.position,
        row.memberCount,
        row.mainline,
        row.lastMainline,
        row.activity,
        row.id,
      )
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
    const { create, settle } = this.#statements
    const { lastInsertRowid } = create.run(
      conversation,
      event.kind,
      event.ts,
      event.history,
      memberCount,
      position,
      revision,
      position,
    )
    const id = Number(lastInsertRowid)
    const pair = event.kind === "direct" ? event.members.map((member) => member.user_id) : []
    settle.run(id, JSON.stringify(pair), json(event.name), json(event.topic), json(event.metadata))
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

  #change(conversation: string, row: Row, recorded: RecordedEvent, event: ConversationEvent): void {
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
        for (const user of event.user_ids) this.#statements.leave.run(row.id, user)
        return this.#note(conversation, recorded, [], event.user_ids)
      }
      case "MemberRoleChanged": {
        this.#statements.appoint.run(event.role, row.id, event.user_id)
        return undefined
      }
      case "MessageEdited":
      case "MessageDeleted":
      case "ReactionAdded":
      case "ReactionRemoved":
        return alterMessage(this.#statements, row.id, recorded.revision, event)
      case "ConversationUpdated": {
        this.#statements.resettle.run(json(event.name), json(event.topic), json(event.metadata), row.id)
        return undefined
      }
      case "ConversationArchived": {
        this.#statements.archive.run(row.id)
        return undefined
      }
      case "DirectRestricted":
        return this.#restrict(row.id, (by) => [...by.filter((user) => user !== event.actor), event.actor])
      case "DirectRestrictionLifted":
        return this.#restrict(row.id, (by) => by.filter((user) => user !== event.actor))
    }
  }

  #say(row: Row, { revision, position }: RecordedEvent, event: MessageSent): void {
    const root = event.thread_root_id
    let own: number | null = null
    if (root === undefined) {
      row.mainline += 1
      row.lastMainline = revision
      own = this.#countOwn(row.id, event.sender)
    }
    row.activity = position
    this.#statements.message.run(
      row.id,
      revision,
      position,
      event.message_id,
      event.sender,
      event.client_msg_id,
      event.ts,
      event.ordinal,
      event.sender_ordinal,
      row.mainline,
      own,
      // The owner of a body's key is its sender.
      event.body.box,
      json(event.media),
      event.reply_to_message_id ?? null,
      root ?? null,
    )
    if (root !== undefined) this.#statements.reply.run(row.id, seqOfMessage(root) ?? -1, root)
  }

  /** The sender's mainline messages, one more than before. */
  #countOwn(id: number, sender: string): number {
    const key = `${id}\n${sender}`
    const known =
      this.#own.get(key) ??
      (this.#statements.ownMainline.get(id, sender) as { count: number } | undefined)?.count ??
      0
    this.#own.set(key, known + 1)
    return known + 1
  }

  #join(
    conversation: string,
    row: Row,
    recorded: RecordedEvent,
    { members, ts }: Pick<ConversationCreated, "members" | "ts">,
  ): void {
    const { revision, position } = recorded
    for (const { user_id, role } of members)
      this.#statements.join.run(row.id, user_id, role, revision, ts, position)
    this.#note(
      conversation,
      recorded,
      members.map((member) => member.user_id),
      [],
    )
  }

  #restrict(id: number, change: (by: ReadonlyArray<string>) => ReadonlyArray<string>): void {
    const { restrictedBy } = this.#statements.restrictions.get(id) as { restrictedBy: string }
    const by = change(JSON.parse(restrictedBy) as ReadonlyArray<string>)
    this.#statements.restrict.run(JSON.stringify(by), id)
  }

  #note(
    conversation: string,
    { revision, position }: RecordedEvent,
    added: ReadonlyArray<string>,
    removed: ReadonlyArray<string>,
  ): void {
    this.#changes.push({ conversation, seq: revision, position, added, removed })
  }

  #row(conversation: string): Row | undefined {
    const known = this.#rows.get(conversation)
    if (known !== undefined) return known
    const row = this.#statements.conversation.get(conversation) as Row | undefined
    if (row !== undefined) this.#rows.set(conversation, row)
    return row
  }
}
