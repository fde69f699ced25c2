/** `docs/rights.md`, made from the table: `node packages/domain/test/rightsPage.ts > docs/rights.md`. */
import { type Grant, type Right, rights } from "@parley/domain/conversation/rights"
import { Role } from "@parley/domain/conversation/vocabulary"

const roles = Role.literals

const words: Record<Grant, string> = {
  yes: "yes",
  own: "his own",
  upToMember: "members and readers",
  no: "–",
}

const row = (right: Right): string =>
  [
    right.what,
    ...roles.map((role) => words[right[role]]),
    right.direct ? "yes" : "–",
    right.archived ? "yes" : "`conflict`",
    !right.direct ? "" : right.restricted ? "yes" : "`forbidden`",
  ].join(" | ")

export const rightsPage = (): string =>
  [
    "# Rights",
    "",
    "Who may do what in a conversation. Made from `packages/domain/src/conversation/rights.ts`, by which decisions are made; a test holds the two",
    "together, and another tries every cell.",
    "",
    `| to | ${roles.join(" | ")} | in direct conversations | when archived | while one blocks the other |`,
    "|---|---|---|---|---|---|---|---|",
    ...Object.values(rights).map((right) => `| ${row(right)} |`),
    "",
    "- A dash is `forbidden` for a role, and `not_found` in a direct conversation. There both are `member`.",
    "- *His own*: his own messages, while he is in. *Members and readers*: an admin adds people in these two roles and removes people who have them.",
    "- Strangers and ex-members get `not_found`, whatever they ask. So does a member who names a message that he cannot see.",
    "- The order of the questions: is he in (`not_found`), is it archived (`conflict`), may his role (`forbidden`), does somebody block",
    "  (`forbidden`), is there such a message (`not_found`), is it his (`forbidden`), is it deleted (`gone`), is it a repeat (the answer of what",
    "  stands), does it fit (`unprocessable`, `payload_too_large`). A repeated send is recognised before all of these but the first.",
    "- Archiving again, by an owner, is answered by the event that stands. When the last owner leaves, the longest-standing member of the highest",
    "  role becomes one; an owner who is the last is not demoted (`conflict`).",
    "",
  ].join("\n")

if (import.meta.main) process.stdout.write(rightsPage())
