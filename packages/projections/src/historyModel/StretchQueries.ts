/** Who said what in a stretch of a conversation, and somebody somewhere for a comparison. */
import type { DatabaseSync } from "node:sqlite"
import type { Covered, Stretch } from "../ReceiptReads.ts"
import { prepareAll } from "./prepareAll.ts"

/** Messages of a stretch whose senders hear of receipts. */
const recent = 200

const sql = {
  newest: `SELECT m.seq, m.message_id AS messageId, m.sender FROM conversations c JOIN messages m ON m.conversation = c.id
           WHERE c.name = ? AND m.seq <= ? ORDER BY m.seq DESC LIMIT ${recent}`,
  lastId: "SELECT max(id) AS id FROM conversations",
  conversation:
    "SELECT id, name, member_count AS members FROM conversations WHERE id >= ? ORDER BY id LIMIT 1",
  member: "SELECT user FROM members WHERE conversation = ? ORDER BY user LIMIT 1 OFFSET ?",
} as const

interface Line {
  readonly seq: number
  readonly messageId: string
  readonly sender: string
}

export class StretchQueries {
  readonly #statements

  constructor(database: DatabaseSync) {
    this.#statements = prepareAll(database, sql)
  }

  covered({ conversation, after, upTo }: Stretch): Covered {
    const senders = new Map<string, Covered["senders"][number]>()
    let last: Covered["last"]
    for (const line of this.#statements.newest.iterate(conversation, upTo)) {
      const { seq, messageId, sender } = line as unknown as Line
      last ??= { seq, messageId }
      if (seq <= after) break
      if (!senders.has(sender)) senders.set(sender, { user: sender, seq, messageId })
    }
    return { ...(last === undefined ? undefined : { last }), senders: [...senders.values()] }
  }

  sample([where, who]: readonly [number, number]): { conversation: string; user: string } | undefined {
    const { id } = this.#statements.lastId.get() as { id: number | null }
    if (id === null) return undefined
    const found = this.#statements.conversation.get(1 + Math.floor(where * id)) as {
      id: number
      name: string
      members: number
    }
    const member = this.#statements.member.get(found.id, Math.floor(who * found.members)) as
      | { user: string }
      | undefined
    return member === undefined ? undefined : { conversation: found.name, user: member.user }
  }
}
