/** Finds a conversation and one person's stay in it, as every query of the history model begins. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import type { Sealed } from "@parley/domain/Sealed"
import type { ConversationRow, ConversationView, MemberRow } from "../History.ts"
import { prepareAll } from "./prepareAll.ts"

export type Raw = Readonly<Record<string, string | number | null>>

const sql = {
  conversation: `SELECT c.*, s.pair, s.title, s.topic, s.metadata, s.restricted_by
                 FROM conversations c JOIN settings s ON s.conversation = c.id WHERE c.name = ?`,
  member: "SELECT * FROM members WHERE conversation = ? AND user = ?",
  roster: "SELECT * FROM members WHERE conversation = ? AND user > ? ORDER BY user LIMIT ?",
} as const

export interface Found {
  /** The model's own number of the conversation. */
  readonly id: number
  /** Messages that are no thread replies; the seq of the last of them, -1 when there is none. */
  readonly mainline: number
  readonly lastMainline: number
  readonly conversation: ConversationRow
  readonly member?: MemberRow
}

export class ConversationFinder {
  readonly #statements

  constructor(database: DatabaseSync) {
    this.#statements = prepareAll(database, sql)
  }

  find(name: string, user: string): Found | undefined {
    const raw = this.#statements.conversation.get(name) as Raw | undefined
    if (raw === undefined) return undefined
    const id = raw["id"] as number
    const member = this.#statements.member.get(id, user) as Raw | undefined
    return {
      id,
      mainline: raw["mainline"] as number,
      lastMainline: raw["last_mainline"] as number,
      conversation: toConversation(raw),
      ...(member === undefined ? undefined : { member: toMember(member) }),
    }
  }

  among(
    name: string,
    users: ReadonlyArray<string>,
  ): { readonly memberCount: number; readonly members: ReadonlyArray<string> } | undefined {
    const raw = this.#statements.conversation.get(name) as Raw | undefined
    if (raw === undefined) return undefined
    const members = users.filter((user) => this.#statements.member.get(raw["id"]!, user) !== undefined)
    return { memberCount: raw["member_count"] as number, members }
  }

  roster(id: SQLInputValue, after: string | undefined, limit: number): ReadonlyArray<MemberRow> {
    return (this.#statements.roster.all(id, after ?? "", limit) as unknown as ReadonlyArray<Raw>).map(
      toMember,
    )
  }
}

export const viewOf = ({ conversation, member }: Found): ConversationView =>
  member === undefined ? { conversation } : { conversation, member }

const parsed = <A, Name extends string>(name: Name, text: Raw[string] | undefined): { [_ in Name]?: A } =>
  typeof text === "string" ? ({ [name]: JSON.parse(text) } as { [_ in Name]: A }) : {}

export const toConversation = (raw: Raw): ConversationRow => ({
  id: raw["name"] as string,
  kind: raw["kind"] as ConversationRow["kind"],
  createdAt: raw["created_at"] as number,
  memberCount: raw["member_count"] as number,
  pair: JSON.parse(raw["pair"] as string) as ReadonlyArray<string>,
  history: raw["history"] as ConversationRow["history"],
  archived: raw["archived"] === 1,
  restrictedBy: JSON.parse(raw["restricted_by"] as string) as ReadonlyArray<string>,
  revision: raw["revision"] as number,
  position: raw["position"] as number,
  ...parsed<Sealed, "name">("name", raw["title"]),
  ...parsed<Sealed, "topic">("topic", raw["topic"]),
  ...parsed<Sealed, "metadata">("metadata", raw["metadata"]),
})

export const toMember = (raw: Raw): MemberRow => ({
  user: raw["user"] as string,
  role: raw["role"] as MemberRow["role"],
  joinedSeq: raw["joined_seq"] as number,
  joinedAt: raw["joined_at"] as number,
})
