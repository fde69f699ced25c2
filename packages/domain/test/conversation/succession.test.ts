import { decide } from "@parley/domain/conversation/decide"
import type { ConversationState } from "@parley/domain/conversation/state"
import type { MemberEntry } from "@parley/domain/conversation/events"
import { describe, expect, it } from "vitest"
import { as, change, createGroup, eventsOf, fold, given, verdict } from "./given.ts"

/** A group of "ann", its only owner, and these, each in a change of his own and so in this order of joining. */
const after = (...joined: ReadonlyArray<MemberEntry>): ConversationState =>
  given(createGroup("ann", []), ...joined.map((entry) => change("ann", { add: [entry] })))

const heir = (state: ConversationState, add: ReadonlyArray<MemberEntry> = []) =>
  eventsOf(decide(state, change("ann", { add, remove: ["ann"] })))
    .filter((event) => event._tag === "MemberRoleChanged")
    .map((event) => [event.user_id, event.role])

describe("when the last owner goes", () => {
  it("the longest-standing admin becomes owner, in the same decision and as its last event", () => {
    const state = after(as("member")("old"), as("admin")("zoe"), as("admin")("abe"))
    expect(decide(state, change("ann", { remove: ["ann"] }))).toMatchObject({
      events: [
        { _tag: "MemberRemoved", user_ids: ["ann"], member_count: 3 },
        { _tag: "MemberRoleChanged", actor: "ann", user_id: "zoe", role: "owner" },
      ],
      answer: { added: [], removed: ["ann"], seq: 5 },
    })
  })

  it("without an admin it is the longest-standing member, without a member the longest-standing reader", () => {
    expect(heir(after(as("reader")("old"), as("member")("zoe"), as("member")("abe")))).toEqual([
      ["zoe", "owner"],
    ])
    expect(heir(after(as("reader")("zoe"), as("reader")("abe")))).toEqual([["zoe", "owner"]])
  })

  it("of those who joined together it is the first by user id", () => {
    expect(heir(given(createGroup("ann", ["zoe", "Zoe", "abe"])))).toEqual([["Zoe", "owner"]])
  })

  it("who comes in the same change stands last in his role, and an owner among them is the owner", () => {
    expect(heir(after(as("member")("old")), [as("member")("abe")])).toEqual([["old", "owner"]])
    expect(heir(after(as("member")("old")), [as("admin")("abe")])).toEqual([["abe", "owner"]])
    expect(heir(after(as("member")("old")), [as("owner")("abe")])).toEqual([])
  })

  it("nobody is appointed while another owner stays", () => {
    expect(heir(after(as("owner")("bob"), as("admin")("cid")))).toEqual([])
  })

  it("all owners going at once are followed by one heir", () => {
    const events = eventsOf(
      decide(after(as("owner")("bob"), as("member")("cid")), change("ann", { remove: ["bob", "ann"] })),
    )
    expect(events.at(-1)).toMatchObject({ _tag: "MemberRoleChanged", user_id: "cid" })
  })

  it("the last member leaves an empty group behind, in which nobody can do anything", () => {
    const state = after()
    const events = eventsOf(decide(state, change("ann", { remove: ["ann"] })))
    expect(events).toMatchObject([{ _tag: "MemberRemoved", member_count: 0 }])
    expect(verdict(decide(fold(events, state), change("ann", { add: [as("owner")("ann")] })))).toBe(
      "not_found",
    )
  })
})
