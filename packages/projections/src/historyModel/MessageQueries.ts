/** Pages of messages: of a conversation, and of a thread in it. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import { seqOfMessage } from "@parley/domain/ids"
import type { Page } from "../History.ts"
import { historyFloor } from "../historyFloor.ts"
import { messageColumns, type MessageTuple, type Mine, type PageAnswer, reactionsAt } from "./answers.ts"
import { type ConversationFinder, type Found, viewOf } from "./ConversationFinder.ts"
import { prepareAll } from "./prepareAll.ts"

const messages = `SELECT ${messageColumns} FROM messages WHERE conversation = ?`
const replies = `SELECT ${messageColumns} FROM messages INDEXED BY threads WHERE conversation = ? AND thread_root = ?`

export const messageStatements = {
  at: `${messages} AND seq = ?`,
  before: `${messages} AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
  after: `${messages} AND seq > ? AND seq >= ? ORDER BY seq LIMIT ?`,
  repliesBefore: `${replies} AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
  repliesAfter: `${replies} AND seq > ? AND seq >= ? ORDER BY seq LIMIT ?`,
} as const

const mine = "SELECT seq, emoji FROM reactions WHERE conversation = ? AND seq = ? AND user = ?"

export class MessageQueries {
  readonly #statements
  readonly #mine
  readonly #finder

  constructor(database: DatabaseSync, finder: ConversationFinder) {
    this.#finder = finder
    this.#statements = prepareAll(database, messageStatements)
    this.#mine = database.prepare(mine)
    for (const statement of [...Object.values(this.#statements), this.#mine]) statement.setReturnArrays(true)
  }

  page(name: string, user: string, page: Page): PageAnswer | undefined {
    const found = this.#finder.find(name, user)
    if (found === undefined) return undefined
    return this.#page(found, user, page, (side, mark, floor) =>
      this.#all(side, found.id, mark, floor, page.limit),
    )
  }

  thread(name: string, user: string, rootId: string, page: Page): PageAnswer | undefined {
    const found = this.#finder.find(name, user)
    if (found === undefined) return undefined
    const root = this.at(found, seqOfMessage(rootId) ?? -1)
    const answer = this.#page(found, user, page, (side, mark, floor) =>
      this.#all(
        side === "before" ? "repliesBefore" : "repliesAfter",
        found.id,
        rootId,
        mark,
        floor,
        page.limit,
      ),
    )
    if (root === undefined || root[1] !== rootId) return answer
    return { ...answer, root, mine: [...answer.mine, ...this.mine(found, user, [root])] }
  }

  /** Only if the reader may see it. */
  at({ id, conversation, member }: Found, seq: number): MessageTuple | undefined {
    if (seq < historyFloor(conversation, member)) return undefined
    return this.#statements.at.get(id, seq) as unknown as MessageTuple | undefined
  }

  mine({ id }: Found, user: string, rows: ReadonlyArray<MessageTuple>): Mine {
    return rows.flatMap((row) =>
      row[reactionsAt] === null ? [] : (this.#mine.all(id, row[0], user) as unknown as Mine),
    )
  }

  #page(
    found: Found,
    user: string,
    page: Page,
    side: (side: "before" | "after", mark: number, floor: number) => ReadonlyArray<MessageTuple>,
  ): PageAnswer {
    const floor = historyFloor(found.conversation, found.member)
    const older = page._tag === "After" ? [] : side("before", markOf(page), floor)
    const newer = page._tag === "Before" ? [] : side("after", afterOf(page), floor)
    const own = [...this.mine(found, user, older), ...this.mine(found, user, newer)]
    return { ...viewOf(found), older, newer, mine: own }
  }

  #all(
    statement: keyof typeof messageStatements,
    ...parameters: ReadonlyArray<SQLInputValue>
  ): ReadonlyArray<MessageTuple> {
    return this.#statements[statement].all(...parameters) as unknown as ReadonlyArray<MessageTuple>
  }
}

const markOf = (page: Exclude<Page, { _tag: "After" }>): number =>
  (page._tag === "Around" ? page.around : page.before) ?? Number.MAX_SAFE_INTEGER

const afterOf = (page: Exclude<Page, { _tag: "Before" }>): number =>
  page._tag === "Around" ? page.around - 1 : page.after
