/** What the receipts model answers, as `Receipts` asks. */
import type { DatabaseSync } from "node:sqlite"
import { prepareAll } from "../historyModel/prepareAll.ts"
import type { CursorRow, Moved, UserCursors } from "../Receipts.ts"
import type { LastMoved } from "./LastMoved.ts"

const sql = {
  read: `SELECT x.seq FROM conversations c JOIN cursors x ON x.conversation = c.id
         WHERE c.name = ? AND x.user = ? AND x.device = ''`,
  ofUser: `SELECT x.device, x.seq FROM conversations c JOIN cursors x ON x.conversation = c.id
           WHERE c.name = ? AND x.user = ? ORDER BY x.device`,
  hides: "SELECT 1 FROM privacy WHERE user = ? AND hides = 1",
  ownMoved: `SELECT c.name FROM cursors x JOIN conversations c ON c.id = x.conversation
             WHERE x.user = ? AND x.device = '' AND x.position > ?`,
  moved: `SELECT x.user, x.device, x.seq, x.position FROM conversations c JOIN cursors x ON x.conversation = c.id
          WHERE c.name = ? AND x.position > ? AND x.user <> ?
            AND (x.device <> '' OR NOT EXISTS (SELECT 1 FROM privacy p WHERE p.user = x.user AND p.hides = 1))
          ORDER BY x.position DESC LIMIT ?`,
} as const

interface Line {
  readonly user: string
  readonly device: string
  readonly seq: number
  readonly position: number
}

export class ReceiptsQueries {
  readonly #statements
  readonly #lastMoved: LastMoved

  constructor(database: DatabaseSync, lastMoved: LastMoved) {
    this.#lastMoved = lastMoved
    this.#statements = prepareAll(database, sql)
  }

  answer(method: string, args: ReadonlyArray<unknown>): unknown {
    switch (method) {
      case "read":
        return this.#read(...(args as [string, ReadonlyArray<string>]))
      case "ofUsers":
        return this.#ofUsers(...(args as [string, ReadonlyArray<string>]))
      case "moved":
        return this.#moved(...(args as [string, ReadonlyArray<string>, { since: number; limit: number }]))
      default:
        throw new Error(`the receipts model has no query ${method}`)
    }
  }

  #read(user: string, names: ReadonlyArray<string>): ReadonlyMap<string, number> {
    return new Map(
      names.flatMap((name) => {
        const row = this.#statements.read.get(name, user)
        return row === undefined ? [] : [[name, row["seq"] as number] as const]
      }),
    )
  }

  #ofUsers(name: string, users: ReadonlyArray<string>): ReadonlyArray<UserCursors> {
    return users.map((user) => {
      const lines = this.#statements.ofUser.all(name, user) as unknown as ReadonlyArray<Line>
      return {
        user,
        readUpTo: lines.find(({ device }) => device === "")?.seq ?? 0,
        hidesReading: this.#statements.hides.get(user) !== undefined,
        devices: lines
          .filter(({ device }) => device !== "")
          .map(({ device, seq }) => ({ device, deliveredUpTo: seq })),
      }
    })
  }

  #moved(
    user: string,
    conversations: ReadonlyArray<string>,
    { limit, since }: { readonly since: number; readonly limit: number },
  ): Moved {
    const names = this.#lastMoved.among(conversations, since)
    if (names.length === 0) return { own: [], others: [] }
    const moved = new Set(this.#statements.ownMoved.all(user, since).map((row) => row["name"] as string))
    return {
      own: names.filter((name) => moved.has(name)),
      others: this.#others(user, names, since, limit),
    }
  }

  #others(
    user: string,
    names: ReadonlyArray<string>,
    since: number,
    limit: number,
  ): ReadonlyArray<CursorRow> {
    return names
      .flatMap((name) =>
        (this.#statements.moved.all(name, since, user, limit) as unknown as ReadonlyArray<Line>).map(
          (line): CursorRow => toCursor(name, line),
        ),
      )
      .sort((a, b) => a.position - b.position)
      .slice(-limit)
  }
}

export const toCursor = (conversation: string, { user, device, seq, position }: Line): CursorRow => ({
  conversation,
  user,
  ...(device === "" ? undefined : { device }),
  upToSeq: seq,
  position,
})
