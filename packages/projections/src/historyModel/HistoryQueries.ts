/**
 * What the history model answers, each from one snapshot.
 *
 * Always true: plain rows in, plain rows out; nothing is opened here.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import type { Sealed } from "@parley/domain/Sealed"
import type { ConversationRow, ConversationView, MemberRow, OverviewPage, Page } from "../History.ts"
import { historyFloor } from "../historyFloor.ts"
import { messageColumns, type MessageTuple, type OverviewAnswer, type PageAnswer } from "./answers.ts"
import { prepareAll } from "./prepareAll.ts"

type Raw = Readonly<Record<string, string | number | null>>

const sql = {
  begin: "BEGIN",
  commit: "COMMIT",
  conversation: "SELECT * FROM conversations WHERE name = ?",
  member: "SELECT * FROM members WHERE conversation = ? AND user = ?",
  activity: `SELECT c.position FROM conversations c JOIN members m ON m.conversation = c.id
             WHERE c.name = ? AND m.user = ?`,
  sender: "SELECT mainline FROM senders WHERE conversation = ? AND user = ?",
  before: `SELECT ${messageColumns} FROM messages WHERE conversation = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
  after: `SELECT ${messageColumns} FROM messages WHERE conversation = ? AND seq > ? AND seq >= ? ORDER BY seq LIMIT ?`,
  roster: "SELECT * FROM members WHERE conversation = ? AND user > ? ORDER BY user LIMIT ?",
} as const

interface Found {
  readonly raw: Raw
  readonly conversation: ConversationRow
  readonly member?: MemberRow
  readonly rawMember?: Raw
}

export class HistoryQueries {
  readonly #statements

  constructor(database: DatabaseSync) {
    this.#statements = prepareAll(database, sql)
    for (const messages of [this.#statements.before, this.#statements.after]) messages.setReturnArrays(true)
  }

  answer(method: string, args: ReadonlyArray<unknown>): unknown {
    // Queries and batches share the connection and never overlap; the transaction makes several statements one snapshot
    // should another process write to the file.
    this.#statements.begin.run()
    try {
      return this.#answer(method, args)
    } finally {
      this.#statements.commit.run()
    }
  }

  /** As `History` sends them. */
  #answer(method: string, args: ReadonlyArray<unknown>): unknown {
    switch (method) {
      case "view":
        return this.#view(...(args as [string, string]))
      case "page":
        return this.#page(...(args as [string, string, Page]))
      case "roster":
        return this.#roster(...(args as [string, string, string | undefined, number]))
      case "overview":
        return this.#overview(...(args as [string, ReadonlyArray<string>, OverviewPage | undefined]))
      default:
        throw new Error(`the history model has no query ${method}`)
    }
  }

  #all(statement: keyof typeof sql, ...parameters: ReadonlyArray<SQLInputValue>): ReadonlyArray<Raw> {
    return this.#statements[statement].all(...parameters) as unknown as ReadonlyArray<Raw>
  }

  #messages(
    statement: "before" | "after",
    ...parameters: ReadonlyArray<SQLInputValue>
  ): ReadonlyArray<MessageTuple> {
    return this.#statements[statement].all(...parameters) as unknown as ReadonlyArray<MessageTuple>
  }

  #find(name: string, user: string): Found | undefined {
    const raw = this.#statements.conversation.get(name) as Raw | undefined
    if (raw === undefined) return undefined
    const rawMember = this.#statements.member.get(raw["id"]!, user) as Raw | undefined
    const conversation = toConversation(raw)
    return rawMember === undefined
      ? { raw, conversation }
      : { raw, conversation, member: toMember(rawMember), rawMember }
  }

  #view(name: string, user: string): ConversationView | undefined {
    const found = this.#find(name, user)
    return found === undefined ? undefined : viewOf(found)
  }

  #page(name: string, user: string, page: Page): PageAnswer | undefined {
    const found = this.#find(name, user)
    if (found === undefined) return undefined
    const view = viewOf(found)
    const id = found.raw["id"]!
    const floor = historyFloor(found.conversation, found.member)
    const older = (before: number) => this.#messages("before", id, before, floor, page.limit)
    const newer = (after: number) => this.#messages("after", id, after, floor, page.limit)
    switch (page._tag) {
      case "Before":
        return { ...view, older: older(page.before ?? Number.MAX_SAFE_INTEGER), newer: [] }
      case "After":
        return { ...view, older: [], newer: newer(page.after) }
      case "Around":
        return { ...view, older: older(page.around), newer: newer(page.around - 1) }
    }
  }

  #roster(name: string, user: string, after: string | undefined, limit: number): unknown {
    const found = this.#find(name, user)
    if (found === undefined) return undefined
    const members = this.#all("roster", found.raw["id"]!, after ?? "", limit).map(toMember)
    return { ...viewOf(found), members }
  }

  #overview(
    user: string,
    names: ReadonlyArray<string>,
    page: OverviewPage | undefined,
  ): ReadonlyArray<OverviewAnswer> {
    const chosen = page === undefined ? names : this.#latest(user, names, page)
    return chosen.flatMap((name) => {
      const found = this.#find(name, user)
      if (found?.rawMember === undefined) return []
      const floor = historyFloor(found.conversation, found.member)
      const [last] = this.#messages("before", found.raw["id"]!, Number.MAX_SAFE_INTEGER, floor, 1)
      return [
        {
          ...viewOf(found),
          ...(last === undefined ? {} : { last }),
          unread: this.#unread(found.raw, found.rawMember, user),
        },
      ]
    })
  }

  /** The names of the page's conversations, latest activity first: one look-up for each of `names`, and nothing else of them. */
  #latest(user: string, names: ReadonlyArray<string>, page: OverviewPage): ReadonlyArray<string> {
    const { before = Infinity, limit } = page
    return names
      .flatMap((name) => {
        const found = this.#statements.activity.get(name, user) as { position: number } | undefined
        return found !== undefined && found.position < before ? [{ name, position: found.position }] : []
      })
      .sort((a, b) => b.position - a.position)
      .slice(0, limit)
      .map(({ name }) => name)
  }

  /** Mainline messages since the joining that are not his own (protocol, section 6, Unread). */
  #unread(conversation: Raw, member: Raw, user: string): number {
    const own = (this.#statements.sender.get(conversation["id"]!, user) as Raw | undefined)?.["mainline"] ?? 0
    const all = Number(conversation["mainline"]) - Number(member["mainline_at_join"])
    return all - (Number(own) - Number(member["own_at_join"]))
  }
}

const viewOf = ({ conversation, member }: Found): ConversationView =>
  member === undefined ? { conversation } : { conversation, member }

const parsed = <A, Name extends string>(name: Name, text: Raw[string] | undefined): { [_ in Name]?: A } =>
  typeof text === "string" ? ({ [name]: JSON.parse(text) } as { [_ in Name]: A }) : {}

const toConversation = (raw: Raw): ConversationRow => ({
  id: raw["name"] as string,
  kind: raw["kind"] as ConversationRow["kind"],
  createdAt: raw["created_at"] as number,
  memberCount: raw["member_count"] as number,
  pair: JSON.parse(raw["pair"] as string) as ReadonlyArray<string>,
  history: raw["history"] as ConversationRow["history"],
  revision: raw["revision"] as number,
  position: raw["position"] as number,
  ...parsed<Sealed, "name">("name", raw["title"]),
  ...parsed<Sealed, "topic">("topic", raw["topic"]),
  ...parsed<Sealed, "metadata">("metadata", raw["metadata"]),
})

const toMember = (raw: Raw): MemberRow => ({
  user: raw["user"] as string,
  role: raw["role"] as MemberRow["role"],
  joinedSeq: raw["joined_seq"] as number,
  joinedAt: raw["joined_at"] as number,
})
