import { decide } from "@parley/domain/conversation/decide"
import { defaultLimits } from "@parley/domain/limits"
import { describe, expect, it } from "vitest"
import { createDirect, createGroup, eventsOf, fold, given, sealed, verdict } from "./given.ts"

describe("a direct conversation", () => {
  it("begins with both people as members and nobody as owner", () => {
    expect(decide(given(), createDirect("ann", "bob"))).toEqual({
      _tag: "Accepted",
      answer: { _tag: "Created", created: true },
      events: [
        {
          _tag: "ConversationCreated",
          ts: 1_000,
          kind: "direct",
          creator: "ann",
          members: [
            { user_id: "ann", role: "member" },
            { user_id: "bob", role: "member" },
          ],
          member_count: 2,
          history: "all",
        },
      ],
    })
  })

  it("with oneself is unprocessable", () => {
    expect(verdict(decide(given(), createDirect("ann", "ann")))).toBe("unprocessable user_id")
  })

  it("is the same one for whichever of the two asks again", () => {
    const stood = { _tag: "Accepted", events: [], answer: { _tag: "Created", created: false } }
    const state = given(createDirect("ann", "bob"))
    expect(decide(state, createDirect("ann", "bob"))).toEqual(stood)
    expect(decide(state, createDirect("bob", "ann"))).toEqual(stood)
  })

  it("is not shown to a stranger who asks for its id", () => {
    expect(verdict(decide(given(createDirect("ann", "bob")), createDirect("eve", "bob")))).toBe("not_found")
  })
})

describe("a group", () => {
  it("has its creator as owner and every other founder once, as member", () => {
    const [event] = eventsOf(decide(given(), createGroup("ann", ["bob", "cid", "bob", "ann"])))
    expect(event).toMatchObject({
      creator: "ann",
      members: [
        { user_id: "ann", role: "owner" },
        { user_id: "bob", role: "member" },
        { user_id: "cid", role: "member" },
      ],
      member_count: 3,
    })
  })

  it("keeps name, topic and metadata sealed as they came, and the request's MAC", () => {
    const more = { topic: sealed("ann", "t"), metadata: sealed("ann", "{}"), request: "mac" }
    const [event] = eventsOf(decide(given(), createGroup("ann", [], { ...more, history: "from_join" })))
    expect(event).toMatchObject({ name: sealed("ann", "a name"), history: "from_join", ...more })
  })

  it("names founders beyond 500 in further events of the same decision", () => {
    const others = Array.from({ length: 1_200 }, (_, i) => `user-${i}`)
    const events = eventsOf(decide(given(), createGroup("ann", others)))
    expect(
      events.map((event) => [
        "members" in event && event.members.length,
        "member_count" in event && event.member_count,
      ]),
    ).toEqual([
      [500, 500],
      [500, 1_000],
      [201, 1_201],
    ])
    expect(fold(events)).toMatchObject({ memberCount: 1_201, revision: 2 })
  })

  it("over the limit of members is unprocessable, at the limit it is not", () => {
    const limits = { ...defaultLimits, group_members: 3 }
    expect(verdict(decide(given(), createGroup("ann", ["b", "c", "d"], { limits })))).toBe(
      "unprocessable member_ids",
    )
    expect(verdict(decide(given(), createGroup("ann", ["b", "c", "ann"], { limits })))).toBe("accepted")
  })

  it("with too much metadata is too large, with just enough it is not", () => {
    expect(verdict(decide(given(), createGroup("ann", [], { metadataBytes: 4_097 })))).toBe(
      "payload_too_large metadata",
    )
    expect(verdict(decide(given(), createGroup("ann", [], { metadataBytes: 4_096 })))).toBe("accepted")
  })

  it("asked for again with the same request is the one that stands, even when limits have shrunk", () => {
    const state = given(createGroup("ann", ["bob"], { request: "mac" }))
    const limits = { ...defaultLimits, group_members: 1 }
    expect(decide(state, createGroup("ann", ["bob"], { request: "mac", limits }))).toEqual({
      _tag: "Accepted",
      events: [],
      answer: { _tag: "Created", created: false },
    })
  })

  it("asked for again with another request, or without a key, is a mismatch", () => {
    const keyed = given(createGroup("ann", ["bob"], { request: "mac" }))
    expect(verdict(decide(keyed, createGroup("ann", ["bob"], { request: "other" })))).toBe(
      "idempotency_mismatch",
    )
    expect(verdict(decide(keyed, createGroup("ann", ["bob"])))).toBe("idempotency_mismatch")
    expect(verdict(decide(given(createGroup("ann", [])), createGroup("ann", [])))).toBe(
      "idempotency_mismatch",
    )
  })
})
