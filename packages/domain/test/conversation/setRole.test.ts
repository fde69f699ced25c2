import { describe, expect, it } from "vitest"
import { change, continued, createGroup, facts, fold, setRole, staff, verdict, when } from "./given.ts"
import { memberOf } from "@parley/domain/conversation/state"

describe("setting a role", () => {
  it("is for owners, and may be any role", () => {
    for (const role of ["owner", "admin", "reader"] as const)
      expect(when(staff(), setRole("owner", "member", role))).toMatchObject({
        answer: { _tag: "Done", seq: 2 },
        events: [{ _tag: "MemberRoleChanged", actor: "owner", user_id: "member", role }],
      })
    for (const actor of ["admin", "member", "reader"])
      expect(verdict(when(staff(), setRole(actor, "member-2", "reader")))).toBe("forbidden")
  })

  it("that he has already writes nothing and is answered by the head", () => {
    expect(when(staff(), setRole("owner", "admin", "admin"))).toEqual({
      _tag: "Accepted",
      events: [],
      answer: { _tag: "Done", seq: 1 },
    })
  })

  it("of nobody who is in is not_found", () => {
    expect(verdict(when(staff(), setRole("owner", "eve", "admin")))).toBe("not_found")
    expect(verdict(when(staff(), setRole("eve", "member", "admin")))).toBe("not_found")
  })

  it("keeps his stay: who is promoted has joined when he joined", () => {
    const events = continued(staff(), setRole("owner", "member", "owner"))
    expect(memberOf(fold(events), "member")).toEqual({ role: "owner", joinedSeq: 1, joinedAt: 3_000 })
  })

  it("does not take the last owner away", () => {
    const alone = facts(createGroup("ann", ["bob"]))
    expect(verdict(when(alone, setRole("ann", "ann", "admin")))).toBe("conflict role")
    expect(verdict(when(staff(), setRole("owner", "owner", "member")))).toBe("accepted")
    expect(verdict(when(staff(), setRole("owner", "owner-2", "member")))).toBe("accepted")
  })

  it("hands a group over: appoint, then step down or leave", () => {
    const appointed = facts(createGroup("ann", ["bob"]), setRole("ann", "bob", "owner"))
    expect(verdict(when(appointed, setRole("ann", "ann", "reader")))).toBe("accepted")
    expect(when(appointed, change("ann", { remove: ["ann"] }))).toMatchObject({
      events: [{ _tag: "MemberRemoved", user_ids: ["ann"] }],
    })
    const stepped = facts(
      createGroup("ann", ["bob"]),
      setRole("ann", "bob", "owner"),
      setRole("ann", "ann", "reader"),
    )
    expect(verdict(when(stepped, setRole("ann", "ann", "owner")))).toBe("forbidden")
    expect(verdict(when(stepped, setRole("bob", "bob", "reader")))).toBe("conflict role")
  })
})
