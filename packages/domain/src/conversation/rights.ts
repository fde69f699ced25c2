/**
 * Who may do what in a conversation (protocol, sections 6 and 7): one table, from which decisions are made and `docs/rights.md` is written.
 *
 * Always true: every action of a member has a row. Who is no member is told `not_found` before this table is asked.
 * Not for: repeats. Who asks for what already stands gets its acknowledgement where the protocol says so.
 */
import { type Rejected, reject } from "../Decision.ts"
import { type Rejection, rejection } from "../Rejection.ts"
import type { UserId } from "../ids.ts"
import { notFound } from "./notFound.ts"
import { type ConversationState, type Live, type Member, memberOf } from "./state.ts"
import type { Role } from "./vocabulary.ts"

/** `own`: with what he himself wrote. `upToMember`: with members and readers, in these two roles. */
export type Grant = "yes" | "own" | "upToMember" | "no"

export interface Right extends Readonly<Record<Role, Grant>> {
  readonly what: string
  /** In an archived conversation too; else `conflict`. */
  readonly archived: boolean
  /** In a direct conversation one of whose members has blocked the other, too; else `forbidden`. */
  readonly restricted: boolean
  /** In direct conversations too, where both are `member`; else `not_found`. */
  readonly direct: boolean
}

const everybody = { owner: "yes", admin: "yes", member: "yes", reader: "yes" } as const
const writers = { owner: "yes", admin: "yes", member: "yes", reader: "no" } as const
const authors = { owner: "own", admin: "own", member: "own", reader: "no" } as const
const admins = { owner: "yes", admin: "yes", member: "no", reader: "no" } as const
const owners = { owner: "yes", admin: "no", member: "no", reader: "no" } as const

const everywhere = { archived: true, restricted: true, direct: true } as const
const inGroups = { archived: false, restricted: true, direct: false } as const

const table = {
  read: { what: "read messages, members, receipts", ...everybody, ...everywhere },
  receipt: { what: "say what one has got and read", ...everybody, ...everywhere },
  send: { what: "send a message", ...writers, archived: false, restricted: false, direct: true },
  edit: { what: "edit a message", ...authors, archived: false, restricted: false, direct: true },
  delete: {
    what: "delete a message",
    ...admins,
    member: "own",
    archived: false,
    restricted: true,
    direct: true,
  },
  react: { what: "react to a message", ...writers, archived: false, restricted: false, direct: true },
  unreact: {
    what: "take one's reaction back",
    ...writers,
    archived: false,
    restricted: true,
    direct: true,
  },
  leave: { what: "leave", ...everybody, archived: true, restricted: true, direct: false },
  add: { what: "add people, in a role", ...admins, admin: "upToMember", ...inGroups },
  remove: { what: "remove others", ...admins, admin: "upToMember", ...inGroups },
  update: { what: "change name, topic, metadata", ...admins, ...inGroups },
  setRole: { what: "set somebody's role", ...owners, ...inGroups },
  archive: { what: "archive", ...owners, ...inGroups },
} as const satisfies Readonly<Record<string, Right>>

export type Action = keyof typeof table

export const rights: Readonly<Record<Action, Right>> = table

const archived = rejection("conflict", "This conversation is archived.")
const restricted = rejection("forbidden", "Nobody can do this here while one of you blocks the other.")

/** Why this member may not do this here, whatever it is about; `undefined` when the table grants something. */
export const refusal = (state: Live, role: Role, action: Action): Rejection | undefined => {
  const right = rights[action]
  if (state.archived && !right.archived) return archived
  if (right[role] === "no") return rejection("forbidden", `A ${role} may not ${right.what}.`)
  if (state.restrictedBy.length > 0 && !right.restricted) return restricted
  return undefined
}

export interface Permitted {
  readonly _tag: "Permitted"
  readonly state: Live
  readonly member: Member
  /** Never `no`. */
  readonly grant: Grant
}

/** Whether this actor may do this here, as the table says; what it is about is still to be judged by the `grant`. */
export const permitted = (state: ConversationState, actor: UserId, action: Action): Permitted | Rejected => {
  const member = memberOf(state, actor)
  if (state._tag === "Absent" || member === undefined) return notFound()
  if (state.kind === "direct" && !rights[action].direct) return notFound()
  const refused = refusal(state, member.role, action)
  if (refused !== undefined) return reject(refused)
  return { _tag: "Permitted", state, member, grant: rights[action][member.role] }
}

/** Whether a grant over people covers somebody in this role. */
export const covers = (grant: Grant, role: Role): boolean =>
  grant === "yes" || (grant === "upToMember" && (role === "member" || role === "reader"))
