import { decide } from "@parley/domain/conversation/decide"
import { generation } from "@parley/domain/conversation/KeyWindow"
import { decodeSnapshot, encodeSnapshot } from "@parley/domain/conversation/snapshot"
import { recallKeys } from "@parley/domain/conversation/state"
import { describe, expect, it } from "vitest"
import { createDirect, eventsOf, fold, given, send } from "./given.ts"
import { plain } from "./plain.ts"

describe("a snapshot", () => {
  const state = given(createDirect("ann", "bob"), send("ann", "k"))
  const text = encodeSnapshot(state)

  it("that is damaged is no snapshot", () => {
    const damaged: ReadonlyArray<readonly [string, string]> = [
      ["cut off", text.slice(0, -10)],
      ["empty object", "{}"],
      ["a list", "[]"],
      ["a role that is none", text.replace('"ann","member"', '"ann","king"')],
      ["a text for a number", text.replace('"ann","member",0', '"ann","member","0"')],
      ["a list that ends too early", text.replace(/"senders":\[[^\]]*\]/, '"senders":["ann"]')],
      ["no revision", text.replace(/"revision":\d+,/, "")],
    ]
    for (const [what, broken] of damaged) {
      expect(broken, what).not.toBe(text)
      expect(decodeSnapshot(broken), what).toBeUndefined()
    }
    expect(plain(decodeSnapshot(text)!)).toEqual(plain(state))
  })

  it("holds both generations of the window, and that keys were forgotten", () => {
    let long = state
    for (let n = 0; n <= 2 * generation; n++) long = fold(eventsOf(decide(long, send("bob", `k${n}`))), long)
    expect(long).toMatchObject({ window: { complete: false } })
    expect(plain(decodeSnapshot(encodeSnapshot(long))!)).toEqual(plain(long))
  })

  it("leaves out what was recalled from the key index", () => {
    const line = { sender: "bob", clientMsgId: "b", seq: 9, messageId: "m", mac: "c", ts: 1 }
    expect(encodeSnapshot(recallKeys(state, [line]))).toBe(text)
  })
})
