/** What the receipts model in Postgres answers, as `Receipts` asks. Each is one statement. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { CursorRow, Moved, UserCursors } from "../Receipts.ts"
import { toCursor } from "../receiptsModel/ReceiptsQueries.ts"
import { texts } from "./arrays.ts"
import type { Run } from "./PostgresModel.ts"

const sql = {
  read: `SELECT c.name, x.seq FROM @conversations c
         JOIN @cursors x ON x.conversation = c.id AND x.person = $1 AND x.device = ''
         WHERE c.name = ANY($2::text[])`,
  ofUsers: `SELECT asked.person AS "user", x.device, x.seq, coalesce(p.hides, false) AS hides
            FROM unnest($2::text[]) WITH ORDINALITY AS asked(person, place)
            LEFT JOIN @privacy p ON p.person = asked.person
            LEFT JOIN @conversations c ON c.name = $1
            LEFT JOIN @cursors x ON x.conversation = c.id AND x.person = asked.person
            ORDER BY asked.place, x.device`,
  // The reader's own markers in the order asked for, then the newest cursors of others, newest first.
  moved: `WITH asked AS MATERIALIZED (
            SELECT c.id, asked.name, asked.place FROM unnest($2::text[]) WITH ORDINALITY AS asked(name, place)
            JOIN @conversations c ON c.name = asked.name)
          SELECT name, "user", device, seq, position FROM (
            SELECT asked.name, asked.place, NULL AS "user", NULL AS device, x.seq, x.position FROM asked
            JOIN @cursors x ON x.conversation = asked.id AND x.person = $1 AND x.device = '' AND x.position > $3
            UNION ALL
            (SELECT asked.name, asked.place, x.person, x.device, x.seq, x.position FROM asked
             JOIN @cursors x ON x.conversation = asked.id AND x.position > $3 AND x.person <> $1
             WHERE x.device <> '' OR NOT EXISTS (SELECT 1 FROM @privacy p WHERE p.person = x.person AND p.hides)
             ORDER BY x.position DESC, asked.place DESC LIMIT $4)) AS moved
          ORDER BY "user" IS NOT NULL, CASE WHEN "user" IS NULL THEN place END, position DESC, place DESC`,
} as const

interface Line {
  readonly user: string
  readonly device: string | null
  readonly seq: number
  readonly hides: boolean
}

interface MovedLine {
  readonly name: string
  readonly user: string | null
  readonly device: string
  readonly seq: number
  readonly position: number
}

const toUsers = (lines: ReadonlyArray<Line>, users: ReadonlyArray<string>): ReadonlyArray<UserCursors> => {
  const byUser = Map.groupBy(lines, (line) => line.user)
  return users.map((user) => {
    const own = byUser.get(user) ?? []
    return {
      user,
      readUpTo: own.find(({ device }) => device === "")?.seq ?? 0,
      hidesReading: own[0]?.hides ?? false,
      devices: own.flatMap(({ device, seq }) =>
        device === null || device === "" ? [] : [{ device, deliveredUpTo: seq }],
      ),
    }
  })
}

const toMoved = (lines: ReadonlyArray<MovedLine>): Moved => ({
  own: lines.flatMap(({ name, user }) => (user === null ? [name] : [])),
  others: lines
    .flatMap(({ name, user, device, seq, position }): ReadonlyArray<CursorRow> =>
      user === null ? [] : [toCursor(name, { user, device, seq, position })],
    )
    .toReversed(),
})

export const receiptsQuery = (
  run: Run,
  method: string,
  args: ReadonlyArray<unknown>,
): Effect.Effect<unknown, SqlError> => {
  switch (method) {
    case "read": {
      const [user, names] = args as [string, ReadonlyArray<string>]
      return Effect.map(
        run<{ readonly name: string; readonly seq: number }>(sql.read, user, texts(names)),
        (rows) => new Map(rows.map(({ name, seq }) => [name, seq])),
      )
    }
    case "ofUsers": {
      const [conversation, users] = args as [string, ReadonlyArray<string>]
      const asked = texts([...new Set(users)])
      return Effect.map(run<Line>(sql.ofUsers, conversation, asked), (lines) => toUsers(lines, users))
    }
    case "moved": {
      const [user, names, { since, limit }] = args as [
        string,
        ReadonlyArray<string>,
        { readonly since: number; readonly limit: number },
      ]
      return Effect.map(run<MovedLine>(sql.moved, user, texts(names), since, limit), toMoved)
    }
    default:
      return Effect.die(new Error(`the receipts model has no query ${method}`))
  }
}
