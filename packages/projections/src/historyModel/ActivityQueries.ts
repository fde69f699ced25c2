/** A user's conversations by activity, as they stood at a place in the log (`Inbox.ts` says what that is for). */
import type { DatabaseSync } from "node:sqlite"
import type { ByActivity } from "../History.ts"
import type { ActiveAnswer } from "./answers.ts"
import type { ConversationFinder } from "./ConversationFinder.ts"
import type { MessageQueries } from "./MessageQueries.ts"
import { prepareAll } from "./prepareAll.ts"

const sql = {
  // Only for conversations that have moved since, messages are looked at: from the newest back to that place.
  byActivity: `SELECT name, activity FROM (
      SELECT c.name AS name, max(m.joined_position, CASE WHEN c.activity <= ?2 THEN c.activity ELSE coalesce((
        SELECT x.position FROM messages x WHERE x.conversation = c.id AND x.position <= ?2 ORDER BY x.seq DESC LIMIT 1), -1) END) AS activity
      FROM members m CROSS JOIN conversations c ON c.id = m.conversation
      WHERE m.user = ?1 AND m.joined_position <= ?2)
    WHERE activity < ?3 ORDER BY activity DESC LIMIT ?4`,
} as const

export class ActivityQueries {
  readonly #statements
  readonly #finder
  readonly #messages

  constructor(database: DatabaseSync, finder: ConversationFinder, messages: MessageQueries) {
    this.#finder = finder
    this.#messages = messages
    this.#statements = prepareAll(database, sql)
  }

  byActivity(user: string, { asOf, before, limit }: ByActivity): ReadonlyArray<ActiveAnswer> {
    const mark = before ?? Number.MAX_SAFE_INTEGER
    const rows = this.#statements.byActivity.all(user, asOf, mark, limit) as unknown as ReadonlyArray<{
      readonly name: string
      readonly activity: number
    }>
    return rows.map(({ name, activity }) => {
      // Named by the same snapshot, so it is there, and he is in it.
      const found = this.#finder.find(name, user)!
      const last = this.#messages.at(found, found.lastMainline)
      return {
        conversation: found.conversation,
        member: found.member!,
        activity,
        ...(last === undefined ? undefined : { last }),
        mine: last === undefined ? [] : this.#messages.mine(found, user, [last]),
      }
    })
  }
}
