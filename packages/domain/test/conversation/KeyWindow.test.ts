import { decide } from "@parley/domain/conversation/decide"
import { needs } from "@parley/domain/conversation/needs"
import { generation } from "@parley/domain/conversation/KeyWindow"
import { type ConversationState, recallKeys } from "@parley/domain/conversation/state"
import { defaultLimits } from "@parley/domain/limits"
import { describe, expect, it } from "vitest"
import { change, createGroup, eventsOf, fold, given, messageId, send, verdict } from "./given.ts"

const after = (messages: number): ConversationState => {
  let state = given(createGroup("ann", ["bob"]), change("ann", { add: [{ user_id: "rea", role: "reader" }] }))
  for (let n = 1; n <= messages; n++) state = fold(eventsOf(decide(state, send("ann", `k${n}`))), state)
  return state
}
const knows = (state: ConversationState, n: number): boolean =>
  eventsOf(decide(state, send("ann", `k${n}`))).length === 0
const complete = (state: ConversationState): boolean => state._tag === "Live" && state.window.complete

describe("the window of recent keys", () => {
  it("is complete until the first key is forgotten", () => {
    const full = after(2 * generation)
    expect([complete(full), knows(full, 1)]).toEqual([true, true])
    const over = fold(eventsOf(decide(full, send("ann", "next"))), full)
    expect([complete(over), knows(over, 1)]).toEqual([false, false])
  })

  it("always holds the last 1,000", () => {
    for (const messages of [2 * generation + 1, 2 * generation + 500, 3 * generation, 3 * generation + 1]) {
      const state = after(messages)
      expect(knows(state, messages - generation + 1)).toBe(true)
      expect(knows(state, messages)).toBe(true)
    }
  })
})

describe("a key outside an incomplete window", () => {
  const state = after(2 * generation + 1)
  const tight = { ...defaultLimits, text_chars: 1 }
  const asks = (command: ReturnType<typeof send>, at = state) =>
    needs(at, command, decide(at, command)).key !== undefined
  const line = {
    sender: "ann",
    clientMsgId: "k1",
    seq: 2,
    messageId: messageId(77),
    mac: "mac-of-hello",
    ts: 2_000,
  }

  it("must be looked up before a member's send is declined", () => {
    expect(asks(send("ann", "k1", { limits: tight }))).toBe(true)
    expect(asks(send("rea", "k1"))).toBe(true)
  })

  it("need not be for an accepted send, a stranger, a key in the window, or another command", () => {
    expect(asks(send("ann", "k1"))).toBe(false)
    expect(asks(send("eve", "k1"))).toBe(false)
    expect(asks(send("ann", "k2000", { mac: "another" }))).toBe(false)
    const removal = change("rea", { remove: ["ann"] })
    expect(needs(state, removal, decide(state, removal))).toEqual({ messages: [] })
  })

  it("need not be while the window is complete", () => {
    expect(asks(send("ann", "new", { limits: tight }), after(1))).toBe(false)
  })

  it("once recalled is recognised as any other", () => {
    const recalled = recallKeys(state, [line])
    expect(decide(recalled, send("ann", "k1", { limits: tight }))).toMatchObject({
      events: [],
      answer: { message_id: messageId(77), seq: 2, duplicate: true },
    })
    expect(verdict(decide(recalled, send("ann", "k1", { mac: "another" })))).toBe(
      "idempotency_mismatch client_msg_id",
    )
  })

  it("stays recalled while the conversation goes on", () => {
    const recalled = recallKeys(state, [line])
    expect(knows(fold(eventsOf(decide(recalled, send("bob", "b1"))), recalled), 1)).toBe(true)
  })

  it("gives way to newer ones once 1,000 have been recalled, and those just given always stand", () => {
    const others = Array.from({ length: generation }, (_, n) => ({ ...line, clientMsgId: `other-${n}` }))
    const recalled = recallKeys(recallKeys(state, [line]), others)
    expect(knows(recalled, 1)).toBe(false)
    expect(eventsOf(decide(recalled, send("ann", "other-0")))).toEqual([])
  })
})

it("recalling keys of a conversation that does not exist changes nothing", () => {
  expect(recallKeys(given(), [])).toBe(given())
})
