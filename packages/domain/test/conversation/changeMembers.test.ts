import { decide } from "@parley/domain/conversation/decide"
import { defaultLimits } from "@parley/domain/limits"
import { describe, expect, it } from "vitest"
import { as, change, createDirect, createGroup, eventsOf, facts, fold, given, verdict } from "./given.ts"
import { plain } from "./plain.ts"

const group = () => given(createGroup("ann", ["bob", "cid"]))

describe("changing members", () => {
  it("records removals before additions, each with the resulting count, and answers with who went, who came and the last seq", () => {
    expect(decide(group(), change("ann", { add: [as("reader")("dan")], remove: ["bob"] }))).toEqual({
      _tag: "Accepted",
      answer: { _tag: "MembersChanged", added: ["dan"], removed: ["bob"], seq: 2 },
      events: [
        { _tag: "MemberRemoved", ts: 3_000, actor: "ann", user_ids: ["bob"], member_count: 2 },
        {
          _tag: "MemberAdded",
          ts: 3_000,
          actor: "ann",
          members: [{ user_id: "dan", role: "reader" }],
          member_count: 3,
        },
      ],
    })
  })

  it("of a direct conversation, of none, by a stranger or by an ex-member is not_found", () => {
    const add = { add: [as("member")("dan")] }
    expect(verdict(decide(given(createDirect("ann", "bob")), change("ann", add)))).toBe("not_found")
    expect(verdict(decide(given(), change("ann", add)))).toBe("not_found")
    expect(verdict(decide(group(), change("eve", add)))).toBe("not_found")
    const left = given(createGroup("ann", ["bob"]), change("bob", { remove: ["bob"] }))
    expect(verdict(decide(left, change("bob", { remove: ["bob"] })))).toBe("not_found")
  })

  it("that changes nothing has no effect and answers with the head", () => {
    const nothing = { add: [as("admin")("bob")], remove: ["nobody"] }
    expect(decide(group(), change("ann", nothing))).toEqual({
      _tag: "Accepted",
      events: [],
      answer: { _tag: "MembersChanged", added: [], removed: [], seq: 0 },
    })
  })

  it("leaves out those already in or already out, and names nobody twice", () => {
    const mixed = { add: ["dan", "bob", "dan"].map(as("member")), remove: ["cid", "nobody", "cid"] }
    expect(decide(group(), change("ann", mixed))).toMatchObject({
      answer: { added: ["dan"], removed: ["cid"] },
    })
  })

  it("with one user to be added and removed, or added in two roles, is unprocessable", () => {
    expect(verdict(decide(group(), change("ann", { add: [as("member")("dan")], remove: ["dan"] })))).toBe(
      "unprocessable add",
    )
    const twice = { add: [as("member")("dan"), as("reader")("dan")] }
    expect(verdict(decide(group(), change("ann", twice)))).toBe("unprocessable add")
  })

  it("is never stamped earlier than the event before it", () => {
    const later = given(createGroup("ann", ["bob"], { now: 9_000 }))
    expect(eventsOf(decide(later, change("ann", { remove: ["bob"] }, { now: 1 })))).toMatchObject([
      { ts: 9_000 },
    ])
  })

  it("names at most 500 people in one event", () => {
    const many = Array.from({ length: 1_001 }, (_, i) => `user-${i}`)
    const added = facts(createGroup("ann", []), change("ann", { add: many.map(as("member")) }))
    expect(added.slice(1)).toMatchObject([
      { member_count: 501 },
      { member_count: 1_001 },
      { member_count: 1_002 },
    ])
    const removed = decide(fold(added), change("ann", { remove: many }))
    expect(removed).toMatchObject({ answer: { seq: 6 } })
    expect(eventsOf(removed)).toMatchObject([{ member_count: 502 }, { member_count: 2 }, { member_count: 1 }])
  })
})

describe("the limit of a group", () => {
  const limits = { ...defaultLimits, group_members: 4 }

  it("is reached, not passed", () => {
    expect(verdict(decide(group(), change("ann", { add: [as("member")("dan")] }, { limits })))).toBe(
      "accepted",
    )
    const two = { add: ["dan", "eve"].map(as("member")) }
    expect(verdict(decide(group(), change("ann", two, { limits })))).toBe("unprocessable add")
  })

  it("counts those who leave in the same change, and those already in only once", () => {
    const swap = { add: ["dan", "eve"].map(as("member")), remove: ["bob"] }
    expect(verdict(decide(group(), change("ann", swap, { limits })))).toBe("accepted")
    const again = { add: ["bob", "dan"].map(as("member")) }
    expect(verdict(decide(group(), change("ann", again, { limits })))).toBe("accepted")
  })

  it("does not keep anybody in a group that is over it", () => {
    const tight = { ...defaultLimits, group_members: 1 }
    expect(verdict(decide(group(), change("ann", { remove: ["bob"] }, { limits: tight })))).toBe("accepted")
  })
})

describe("a fact that cannot be", () => {
  it("of adding who is in leaves his stay and his role as they were", () => {
    const added = { _tag: "MemberAdded" as const, ts: 9_000, actor: "ann", member_count: 4 }
    const before = group()
    const after = fold([{ ...added, members: [as("owner")("bob")] }], before)
    expect(plain(after)).toEqual({ ...(plain(before) as object), revision: 1, lastTs: 9_000 })
  })

  it("of removing or appointing who is not in changes nobody", () => {
    const before = group()
    const common = { ts: 9_000, actor: "ann" }
    const removed = { _tag: "MemberRemoved" as const, ...common, user_ids: ["eve"], member_count: 2 }
    const appointed = {
      _tag: "MemberRoleChanged" as const,
      ...common,
      user_id: "eve",
      role: "owner" as const,
    }
    expect(plain(fold([removed, appointed], before))).toEqual({
      ...(plain(before) as object),
      revision: 2,
      lastTs: 9_000,
    })
  })
})

describe("joining again", () => {
  it("is a new stay, dated from the new joining", () => {
    const state = given(
      createGroup("ann", ["bob"]),
      change("ann", { remove: ["bob"] }, { now: 4_000 }),
      change("ann", { add: [as("reader")("bob")] }, { now: 5_000 }),
    )
    expect(state._tag === "Live" && [...state.members].find(([user]) => user === "bob")).toEqual([
      "bob",
      { role: "reader", joinedSeq: 2, joinedAt: 5_000 },
    ])
  })
})
