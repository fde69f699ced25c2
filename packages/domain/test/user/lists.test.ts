import { mostBlocks, mostMutes } from "@parley/domain/user/bounds"
import { decide } from "@parley/domain/user/decide"
import { describe, expect, it } from "vitest"
import { block, changed, conversation, given, mute, nothing, register } from "./given.ts"

describe("blocking", () => {
  it("stands until it is taken back, and each is written once", () => {
    const blocking = given(block("bob"))
    expect(decide(given(register()), block("bob"))).toEqual(
      changed({ _tag: "UserBlocked", ts: 1_000, user_id: "bob" }),
    )
    expect(decide(blocking, block("bob"))).toEqual(nothing)
    expect(decide(blocking, block("bob", "Unblock"))).toEqual(
      changed({ _tag: "UserUnblocked", ts: 1_000, user_id: "bob" }),
    )
    expect(decide(given(block("bob"), block("bob", "Unblock")), block("bob", "Unblock"))).toEqual(nothing)
  })

  it("is refused of oneself, and of the thousand and first", () => {
    expect(decide(given(register()), block("ann"))).toMatchObject({
      rejection: { code: "unprocessable", path: "user_id" },
    })
    const full = given(...Array.from({ length: mostBlocks }, (_, n) => block(`u${n}`)))
    expect(decide(full, block("one-more"))).toMatchObject({ rejection: { code: "unprocessable" } })
    expect(decide(full, block("u7"))).toEqual(nothing)
    expect(decide(full, block("u7", "Unblock"))).toMatchObject({ answer: { changed: true } })
  })
})

describe("muting", () => {
  it("stands until it is taken back, and each is written once", () => {
    const conversation_id = conversation(1)
    expect(decide(given(register()), mute(1))).toEqual(
      changed({ _tag: "ConversationMuted", ts: 1_000, conversation_id }),
    )
    expect(decide(given(mute(1)), mute(1))).toEqual(nothing)
    expect(decide(given(mute(1)), mute(1, "Unmute"))).toEqual(
      changed({ _tag: "ConversationUnmuted", ts: 1_000, conversation_id }),
    )
    expect(decide(given(register()), mute(1, "Unmute"))).toEqual(nothing)
  })

  it("is refused of the five thousand and first", () => {
    const state = given(register())
    if (state._tag === "Unknown") throw new Error("nobody")
    const mutes = new Map(Array.from({ length: mostMutes }, (_, n) => [conversation(n), 1_000]))
    const full = { ...state, mutes }
    expect(decide(full, mute(mostMutes))).toMatchObject({ rejection: { code: "unprocessable" } })
    expect(decide(full, mute(7))).toEqual(nothing)
    expect(decide(full, mute(7, "Unmute"))).toMatchObject({ answer: { changed: true } })
  })
})
