/** The rights of every role, cell by cell: what the table says is what the decisions do. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { type Action, rights } from "@parley/domain/conversation/rights"
import { Role } from "@parley/domain/conversation/vocabulary"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rightsPage } from "../rightsPage.ts"
import {
  archive,
  as,
  change,
  continued,
  createDirect,
  edit,
  facts,
  idAt,
  react,
  remove,
  restrict,
  sealed,
  send,
  setRole,
  staff,
  unreact,
  update,
  verdict,
  when,
} from "./given.ts"

/** What is not decided here: `read` by the read models, `receipt` by the users' markers. */
type Decided = Exclude<Action, "read" | "receipt">

const group = continued(
  staff(),
  setRole("owner", "reader", "member"),
  ...["owner", "admin", "member", "reader", "member-2"].map((actor) => send(actor, "own")),
  setRole("owner", "reader", "reader"),
)
const messageOf = (events: ReadonlyArray<ConversationEvent>, sender: string): string =>
  idAt(
    events,
    events.findIndex((event) => event._tag === "MessageSent" && event.sender === sender),
  )
const direct = facts(createDirect("member", "member-2"), send("member", "own"), send("member-2", "own"))

/** Each action as a command of the actor, about somebody else's message or a person in the lowest role. */
const commandOf: Record<
  Decided,
  (events: ReadonlyArray<ConversationEvent>, actor: string) => ConversationCommand
> = {
  send: (_, actor) => send(actor, "new"),
  edit: (events, actor) => edit(actor, messageOf(events, "member-2")),
  delete: (events, actor) => remove(actor, messageOf(events, "member-2")),
  react: (events, actor) => react(actor, messageOf(events, "member-2")),
  unreact: (events, actor) => unreact(actor, messageOf(events, "member-2")),
  leave: (_, actor) => change(actor, { remove: [actor] }),
  add: (_, actor) => change(actor, { add: [as("reader")("new")] }),
  remove: (_, actor) => change(actor, { remove: ["reader-2"] }),
  update: (_, actor) => update(actor, { name: sealed(actor), macs: { name: "m" } }),
  setRole: (_, actor) => setRole(actor, "member-2", "reader"),
  archive: (_, actor) => archive(actor),
}
const actions = Object.keys(commandOf) as ReadonlyArray<Decided>

const cells = actions.flatMap((action) => Role.literals.map((role) => ({ action, role })))

describe("in a group that is live", () => {
  it.each(cells)("a $role may $action as the table says", ({ action, role }) => {
    const grant = rights[action][role]
    const said = verdict(when(group, commandOf[action](group, role)))
    expect(said).toBe(grant === "yes" || grant === "upToMember" ? "accepted" : "forbidden")
  })

  it.each(
    cells
      .filter(({ action, role }) => rights[action][role] === "own")
      .map(({ action, role }) => [action, role] as const),
  )("what is only for one's own: %s by a %s", (action, role) => {
    const own = action === "edit" ? edit : remove
    expect(verdict(when(group, own(role, messageOf(group, role))))).toBe("accepted")
  })

  it("a reader edits and deletes not even what he wrote when he was a member", () => {
    expect(verdict(when(group, edit("reader", messageOf(group, "reader"))))).toBe("forbidden")
    expect(verdict(when(group, remove("reader", messageOf(group, "reader"))))).toBe("forbidden")
  })
})

describe("in a group that is archived", () => {
  const archived = continued(group, archive("owner"))
  it.each(cells.filter(({ action, role }) => !(action === "archive" && role === "owner")))(
    "a $role may $action as the table says",
    ({ action, role }) => {
      const said = verdict(when(archived, commandOf[action](archived, role)))
      expect(said).toBe(rights[action].archived ? "accepted" : "conflict")
    },
  )
})

describe.each([
  ["open", direct, false],
  ["restricted by the partner", continued(direct, restrict("member-2")), true],
  ["restricted by oneself", continued(direct, restrict("member")), true],
])("in a direct conversation, %s", (_, events, restricted) => {
  it.each(actions)("a member may %s as the table says", (action) => {
    const { direct: there, member: grant, restricted: allowed } = rights[action]
    const owner = grant === "own" ? "member" : "member-2"
    const command =
      action === "edit" || action === "delete"
        ? (action === "edit" ? edit : remove)("member", messageOf(events, owner))
        : commandOf[action](events, "member")
    const expected = !there ? "not_found" : restricted && !allowed ? "forbidden" : "accepted"
    expect(verdict(when(events, command))).toBe(expected)
  })
})

it.each(actions)("a stranger who wants to %s is told not_found, everywhere", (action) => {
  for (const events of [group, continued(group, archive("owner")), direct])
    expect(verdict(when(events, commandOf[action](events, "eve")))).toBe("not_found")
})

it("docs/rights.md is the table as it is", () => {
  const page = readFileSync(new URL("../../../../docs/rights.md", import.meta.url), "utf8")
  expect(page).toBe(rightsPage())
})
