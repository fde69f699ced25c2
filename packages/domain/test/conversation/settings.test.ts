import type { ConversationState } from "@parley/domain/conversation/state"
import { describe, expect, it } from "vitest"
import {
  archive,
  change,
  continued,
  createDirect,
  createGroup,
  edit,
  eventsOf,
  facts,
  fold,
  idAt,
  lift,
  react,
  remove,
  restrict,
  sealed,
  send,
  setRole,
  unreact,
  update,
  verdict,
  when,
} from "./given.ts"

const group = createGroup("ann", ["bob"], { topic: sealed("ann", "a topic") })
const founded = facts(group)
const rename = update("ann", { name: sealed("ann", "another"), macs: { name: "mac-1" } })
const stands = (seq: number) => ({ _tag: "Accepted", events: [], answer: { _tag: "Done", seq } })

describe("changing a group's settings", () => {
  it("records all of what the group is from then on", () => {
    expect(when(founded, rename)).toEqual({
      _tag: "Accepted",
      answer: { _tag: "Done", seq: 1 },
      events: [
        {
          _tag: "ConversationUpdated",
          ts: 4_000,
          actor: "ann",
          kind: "group",
          created_at: 1_000,
          history: "all",
          member_count: 2,
          name: sealed("ann", "another"),
          topic: sealed("ann", "a topic"),
          macs: { name: "mac-1" },
        },
      ],
    })
  })

  it("leaves what is not named, and takes away what is null", () => {
    const without = update("ann", { topic: null, metadata: sealed("ann", "{}"), macs: { metadata: "m" } })
    const [event] = eventsOf(when(continued(founded, rename), without))
    expect(event).toMatchObject({
      name: sealed("ann", "another"),
      metadata: sealed("ann", "{}"),
      macs: { name: "mac-1", metadata: "m" },
    })
    expect(event).not.toHaveProperty("topic")
    const state = fold(continued(founded, rename, without)) as Extract<ConversationState, { _tag: "Live" }>
    expect("topic" in state).toBe(false)
    expect(state.macs).toEqual({ name: "mac-1", metadata: "m" })
  })

  it("forgets the MAC of what is taken away", () => {
    const set = update("ann", { topic: sealed("ann", "t"), macs: { topic: "mac-t" } })
    const events = continued(founded, rename, set, update("ann", { topic: null }))
    expect(events.map((event) => (event._tag === "ConversationUpdated" ? event.macs : undefined))).toEqual([
      undefined,
      { name: "mac-1" },
      { name: "mac-1", topic: "mac-t" },
      { name: "mac-1" },
    ])
  })

  it("to what they are already is answered by the event that stands", () => {
    const events = continued(founded, rename, send("bob", "k"))
    expect(when(events, rename)).toEqual(stands(1))
    expect(when(events, update("ann", {}))).toEqual(stands(1))
    expect(when(founded, update("ann", { metadata: null }))).toEqual(stands(0))
    expect(eventsOf(when(events, update("ann", { topic: null })))).toHaveLength(1)
  })

  it("by another person is another setting: only who sealed it can tell that it is the same", () => {
    const events = continued(founded, rename, setRole("ann", "bob", "admin"))
    const same = update("bob", { name: sealed("bob", "another"), macs: { name: "mac-1" } })
    expect(eventsOf(when(events, same))).toHaveLength(1)
  })

  it("is for owners and admins, in groups", () => {
    expect(verdict(when(founded, update("bob", { topic: null })))).toBe("forbidden")
    expect(verdict(when(founded, update("eve", { topic: null })))).toBe("not_found")
    const direct = facts(createDirect("ann", "bob"))
    for (const command of [update("ann", { topic: null }), archive("ann"), setRole("ann", "bob", "owner")])
      expect(verdict(when(direct, command))).toBe("not_found")
  })

  it("with too much metadata is too large", () => {
    const big = update("ann", { metadata: sealed("ann", "x"), metadataBytes: 4_097, macs: { metadata: "m" } })
    expect(verdict(when(founded, big))).toBe("payload_too_large metadata")
  })
})

describe("an archived group", () => {
  const said = continued(founded, send("bob", "k"))
  const events = continued(said, react("ann", idAt(said, 1)))
  const archived = continued(events, archive("ann"))
  const id = idAt(events, 1)

  it("is archived once, by an owner", () => {
    expect(archived.at(-1)).toMatchObject({ _tag: "ConversationArchived", actor: "ann", member_count: 2 })
    expect(when(archived, archive("ann"))).toEqual(stands(3))
    expect(verdict(when(events, archive("bob")))).toBe("forbidden")
    expect(verdict(when(archived, archive("bob")))).toBe("conflict")
  })

  it("takes no writes, whoever asks", () => {
    const writes = [
      send("ann", "new"),
      edit("bob", id),
      remove("ann", id),
      react("bob", id),
      unreact("ann", id),
      rename,
      setRole("ann", "bob", "admin"),
      change("ann", { add: [{ user_id: "new", role: "member" }] }),
      change("ann", { remove: ["bob"] }),
      change("ann", { remove: ["bob", "ann"] }),
    ]
    for (const write of writes)
      expect([write._tag, verdict(when(archived, write))]).toEqual([write._tag, "conflict"])
    expect(verdict(when(archived, send("eve", "new")))).toBe("not_found")
  })

  it("answers a repeated send as before", () => {
    expect(when(archived, send("bob", "k"))).toMatchObject({ answer: { duplicate: true, seq: 1 } })
  })

  it("can be left, and keeps an owner", () => {
    expect(when(archived, change("ann", { remove: ["ann"] }))).toMatchObject({
      events: [
        { _tag: "MemberRemoved", user_ids: ["ann"] },
        { _tag: "MemberRoleChanged", user_id: "bob", role: "owner" },
      ],
    })
  })
})

describe("a direct conversation one of whose members blocks the other", () => {
  const open = facts(createDirect("ann", "bob"), send("bob", "k"))
  const id = idAt(open, 1)
  const closed = continued(open, react("bob", id), restrict("ann"))

  it("says what it is, with both members", () => {
    expect(closed.at(-1)).toEqual({
      _tag: "DirectRestricted",
      ts: 4_000,
      actor: "ann",
      kind: "direct",
      created_at: 1_000,
      history: "all",
      member_count: 2,
      member_ids: ["ann", "bob"],
    })
  })

  it("takes nothing new from either; one's own can be taken back", () => {
    for (const actor of ["ann", "bob"]) {
      expect(verdict(when(closed, send(actor, "new")))).toBe("forbidden")
      expect(verdict(when(closed, react(actor, id)))).toBe("forbidden")
    }
    expect(verdict(when(closed, edit("bob", id)))).toBe("forbidden")
    expect(verdict(when(closed, unreact("bob", id)))).toBe("accepted")
    expect(verdict(when(closed, remove("bob", id)))).toBe("accepted")
    expect(when(closed, send("bob", "k"))).toMatchObject({ answer: { duplicate: true } })
  })

  it("opens when every restriction is lifted", () => {
    const both = continued(closed, restrict("bob"))
    const one = continued(both, lift("ann"))
    expect(verdict(when(one, send("ann", "new")))).toBe("forbidden")
    expect(verdict(when(continued(one, lift("bob")), send("ann", "new")))).toBe("accepted")
  })

  it("restricted or lifted again is answered by what stands", () => {
    expect(when(closed, restrict("ann"))).toEqual(stands(3))
    expect(when(open, lift("ann"))).toEqual(stands(0))
    expect(when(closed, lift("bob"))).toEqual(stands(3))
    expect(when(continued(closed, lift("ann")), lift("ann"))).toEqual(stands(4))
  })

  it("is asked of its members only, and where there is one", () => {
    for (const command of [restrict("eve"), lift("eve")])
      expect(verdict(when(closed, command))).toBe("not_found")
    for (const command of [restrict("ann"), lift("ann")]) {
      expect(verdict(when([], command))).toBe("not_found")
      expect(verdict(when(founded, command))).toBe("not_found")
    }
  })
})
