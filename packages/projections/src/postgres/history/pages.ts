/** Pages of messages, of a conversation and of a thread in it, and a user's conversations by activity. */
import { seqOfMessage } from "@parley/domain/ids"
import * as Effect from "effect/Effect"
import type { ByActivity, Page } from "../../History.ts"
import type { ActiveAnswer, MessageTuple, PageAnswer } from "../../historyModel/answers.ts"
import type { Run } from "../PostgresModel.ts"
import { found, foundColumns, mine, type Shown, tuple, type Tuples, viewOf } from "./found.ts"

const beyond = Number.MAX_SAFE_INTEGER

/** `$3`, `$4`: before which seq, and how many; `$5`, `$6`: after which, and how many. */
const sides = (condition: string): string => `
  (SELECT 'older' AS side, x.* FROM @messages x
   WHERE x.conversation = f.id${condition} AND x.seq < $3::bigint AND x.seq >= f.floor ORDER BY x.seq DESC LIMIT $4::bigint)
  UNION ALL
  (SELECT 'newer', x.* FROM @messages x
   WHERE x.conversation = f.id${condition} AND x.seq > $5::bigint AND x.seq >= f.floor ORDER BY x.seq LIMIT $6::bigint)`

const side = (name: string, order: string): string =>
  `(SELECT json_agg(${tuple} ORDER BY x.seq ${order}) FROM shown x JOIN @people p ON p.id = x.sender WHERE x.side = '${name}')`

const pageOf = (shown: string, more = ""): string => `
  WITH ${found}, shown AS MATERIALIZED (SELECT y.* FROM found f CROSS JOIN LATERAL (${shown}) AS y)
  SELECT row_to_json(f) AS found, ${side("older", "DESC")} AS older, ${side("newer", "")} AS newer,
    ${mine("f.id", "$2", "SELECT x.seq FROM shown x WHERE x.reactions IS NOT NULL")} AS mine${more}
  FROM found f`

const sql = {
  page: pageOf(sides("")),
  // `$7`, `$8`: the root's id, and its seq.
  thread: pageOf(
    `${sides(" AND x.thread_root = $7")}
     UNION ALL
     SELECT 'root', x.* FROM @messages x
     WHERE x.conversation = f.id AND x.seq = $8::bigint AND x.seq >= f.floor AND x.message_id = $7`,
    `, ${side("root", "")} AS root`,
  ),
  // Only for conversations that have moved since, messages are looked at: from the newest back to that place.
  byActivity: `
    WITH active AS MATERIALIZED (
      SELECT * FROM (
        SELECT m.conversation, greatest(m.joined_position, CASE WHEN c.activity <= $2::bigint THEN c.activity ELSE coalesce((
          SELECT x.position FROM @messages x WHERE x.conversation = c.id AND x.position <= $2::bigint
          ORDER BY x.seq DESC LIMIT 1), -1) END) AS activity
        FROM @members m JOIN @conversations c ON c.id = m.conversation
        WHERE m.person = $1 AND m.joined_position <= $2::bigint) AS all_of_them
      WHERE activity < $3::bigint ORDER BY activity DESC LIMIT $4::bigint),
    found AS MATERIALIZED (
      SELECT ${foundColumns}, a.activity FROM active a JOIN @conversations c ON c.id = a.conversation
      JOIN @settings s ON s.conversation = c.id JOIN @members m ON m.conversation = c.id AND m.person = $1)
    SELECT row_to_json(f) AS found, f.activity, last.tuple AS last, last.mine
    FROM found f LEFT JOIN LATERAL (
      SELECT ${tuple} AS tuple, CASE WHEN x.reactions IS NOT NULL THEN ${mine("x.conversation", "$1", "x.seq")} END AS mine
      FROM @messages x JOIN @people p ON p.id = x.sender
      WHERE x.conversation = f.id AND x.seq = f.last_mainline AND x.seq >= f.floor) AS last ON true
    ORDER BY f.activity DESC`,
} as const

interface PageShown extends Shown {
  readonly older: Tuples
  readonly newer: Tuples
  readonly root?: Tuples
}

const toAnswer = ([row]: ReadonlyArray<PageShown>): PageAnswer | undefined => {
  if (row === undefined) return undefined
  const root = row.root?.[0]
  const rows = { older: row.older ?? [], newer: row.newer ?? [], mine: row.mine ?? [] }
  return { ...viewOf(row.found), ...rows, ...(root === undefined ? undefined : { root }) }
}

/** As `sides` wants them. A side that is not asked for has no rows. */
const marksOf = (page: Page): ReadonlyArray<number> => {
  switch (page._tag) {
    case "Before":
      return [page.before ?? beyond, page.limit, 0, 0]
    case "After":
      return [0, 0, page.after, page.limit]
    case "Around":
      return [page.around, page.limit, page.around - 1, page.limit]
  }
}

export const pageQuery = (run: Run, conversation: string, user: string, page: Page) =>
  Effect.map(run<PageShown>(sql.page, conversation, user, ...marksOf(page)), toAnswer)

export const threadQuery = (run: Run, conversation: string, user: string, root: string, page: Page) =>
  Effect.map(
    run<PageShown>(sql.thread, conversation, user, ...marksOf(page), root, seqOfMessage(root) ?? -1),
    toAnswer,
  )

interface ActiveShown extends Shown {
  readonly activity: number
  readonly last: MessageTuple | null
}

export const byActivityQuery = (run: Run, user: string, { asOf, before, limit }: ByActivity) =>
  Effect.map(run<ActiveShown>(sql.byActivity, user, asOf, before ?? beyond, limit), (rows) =>
    rows.map(({ found: raw, activity, last, mine: own }): ActiveAnswer => {
      const { conversation, member } = viewOf(raw)
      // He is in it: the statement joins by that.
      const row = { conversation, member: member!, activity, mine: own ?? [] }
      return last === null ? row : { ...row, last }
    }),
  )
