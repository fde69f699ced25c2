/** The closed vocabularies of a conversation (protocol, section 6). */
import * as Schema from "effect/Schema"

export const Kind = Schema.Literals(["direct", "group"])
export type Kind = typeof Kind.Type

/** In falling order of rights: owner, admin, member, reader. */
export const Role = Schema.Literals(["owner", "admin", "member", "reader"])
export type Role = typeof Role.Type

/** What a later member sees: everything, or only what came from his joining on. */
export const History = Schema.Literals(["all", "from_join"])
export type History = typeof History.Type
