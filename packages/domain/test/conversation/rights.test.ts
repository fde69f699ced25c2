import { decide } from "@parley/domain/conversation/decide"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { describe, expect, it } from "vitest"
import { as, change, staffed, verdict } from "./given.ts"

const roles: ReadonlyArray<Role> = ["owner", "admin", "member", "reader"]
/** Somebody else in the same role. */
const other = (role: Role) => `${role}-2`

/** Rows: who asks. Columns: the role given, or the role of the one removed, from owner to reader. */
const mayAdd: Record<Role, ReadonlyArray<boolean>> = {
  owner: [true, true, true, true],
  admin: [false, false, true, true],
  member: [false, false, false, false],
  reader: [false, false, false, false],
}
const mayRemove = mayAdd

const cells = roles.flatMap((actor) => roles.map((target, column) => ({ actor, target, column })))

describe("who may add whom", () => {
  it.each(cells)("$actor adding somebody as $target", ({ actor, target, column }) => {
    const expected = mayAdd[actor][column] ? "accepted" : actor === "admin" ? "forbidden add" : "forbidden"
    expect(verdict(decide(staffed(), change(actor, { add: [as(target)("new")] })))).toBe(expected)
  })
})

describe("who may remove whom", () => {
  it.each(cells)("$actor removing another $target", ({ actor, target, column }) => {
    const expected = mayRemove[actor][column]
      ? "accepted"
      : actor === "admin"
        ? "forbidden remove"
        : "forbidden"
    expect(verdict(decide(staffed(), change(actor, { remove: [other(target)] })))).toBe(expected)
  })

  it.each(roles)("a %s removes himself", (role) => {
    expect(decide(staffed(), change(role, { remove: [role] }))).toMatchObject({ answer: { removed: [role] } })
  })

  it.each(["member", "reader"] as const)("a %s removes nobody beside himself", (role) => {
    expect(verdict(decide(staffed(), change(role, { remove: [role, other(role)] })))).toBe("forbidden")
    expect(verdict(decide(staffed(), change(role, { remove: [role], add: [as("reader")("new")] })))).toBe(
      "forbidden",
    )
  })
})

describe("a change", () => {
  it("with one forbidden part is refused as a whole", () => {
    const mixed = { add: [as("member")("new"), as("owner")("boss")], remove: ["member"] }
    expect(verdict(decide(staffed(), change("admin", mixed)))).toBe("forbidden add")
    expect(verdict(decide(staffed(), change("admin", { remove: ["member", "admin-2"] })))).toBe(
      "forbidden remove",
    )
  })

  it("asks the right of whoever adds, even when it would have no effect", () => {
    expect(verdict(decide(staffed(), change("member", { add: [as("member")("member-2")] })))).toBe(
      "forbidden",
    )
    expect(verdict(decide(staffed(), change("admin", { add: [as("owner")("owner-2")] })))).toBe(
      "forbidden add",
    )
  })
})
