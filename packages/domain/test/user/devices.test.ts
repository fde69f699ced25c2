import { mostDevices, mostRevocations } from "@parley/domain/user/bounds"
import { decide } from "@parley/domain/user/decide"
import { describe, expect, it } from "vitest"
import { changed, device, drop, eventsOf, given, nothing, personal, push, register, revoke } from "./given.ts"

const fcm = push("a token")
const registered = {
  _tag: "DeviceRegistered",
  ts: 1_000,
  device_id: "phone",
  platform: "android",
  provider: "fcm",
  push: fcm.sealed,
  push_mac: fcm.mac,
}

describe("registering a device", () => {
  it("says what it is and where its pushes go", () => {
    expect(decide(given(register()), device("phone", { push: fcm }))).toEqual(changed(registered))
    const { provider: _p, push: _s, push_mac: _m, ...plain } = registered
    expect(decide(given(register()), device("phone"))).toEqual(changed(plain))
  })

  it("again as it is writes nothing, whatever box the same token comes in", () => {
    const state = given(device("phone", { push: fcm }))
    const resealed = { ...fcm, sealed: { owner: "ann", box: "other" } }
    expect(decide(state, device("phone", { push: resealed }))).toEqual(nothing)
    expect(decide(given(device("phone")), device("phone"))).toEqual(nothing)
  })

  it("again with another token, platform or no push at all changes it", () => {
    const state = given(device("phone", { push: fcm }))
    for (const other of [
      { push: push("another token") },
      { push: fcm, platform: "ios" as const },
      { push: { ...personal("a subscription"), provider: "webpush" as const } },
      {},
    ])
      expect(eventsOf(decide(state, device("phone", other)))).toHaveLength(1)
  })

  it("is refused to the one too many, and never to one that stands", () => {
    const full = given(...Array.from({ length: mostDevices }, (_, n) => device(`d${n}`)))
    expect(decide(full, device("one-more"))).toMatchObject({ rejection: { code: "unprocessable" } })
    expect(eventsOf(decide(full, device("d7", { platform: "web" })))).toHaveLength(1)
    expect(eventsOf(decide(given(register(), ...[]), device("d7")))).toHaveLength(1)
  })
})

describe("revoking a device", () => {
  const revoked = { _tag: "DeviceRevoked", ts: 1_000, device_id: "phone" }

  it("takes it off the list, and can be asked of one that was never on it", () => {
    const state = given(device("phone"))
    expect(decide(state, revoke("phone"))).toEqual(changed(revoked))
    expect(decide(given(register()), revoke("phone"))).toEqual(changed(revoked))
    expect(given(device("phone"), revoke("phone"))).toMatchObject({ devices: new Map() })
  })

  it("twice writes nothing, until it was registered again", () => {
    expect(decide(given(device("phone"), revoke("phone")), revoke("phone"))).toEqual(nothing)
    const back = given(device("phone"), revoke("phone"), device("phone"))
    expect(back).toMatchObject({ revoked: new Map() })
    expect(eventsOf(decide(back, revoke("phone")))).toHaveLength(1)
  })

  it("makes room for another", () => {
    const full = given(...Array.from({ length: mostDevices }, (_, n) => device(`d${n}`)), revoke("d0"))
    expect(eventsOf(decide(full, device("one-more")))).toHaveLength(1)
  })

  it("is forgotten when a thousand later ones stand, the oldest first", () => {
    const many = Array.from({ length: mostRevocations + 1 }, (_, n) => revoke(`d${n}`))
    const state = given(...many)
    if (state._tag === "Unknown") throw new Error("nobody")
    expect(state.revoked.size).toBe(mostRevocations)
    expect([state.revoked.has("d0"), state.revoked.has("d1")]).toEqual([false, true])
  })
})

describe("a token that reaches nobody", () => {
  const state = given(device("phone", { push: fcm }))

  it("is taken away from its device, which stays", () => {
    expect(decide(state, drop("phone", "a token"))).toEqual(
      changed({ _tag: "DevicePushDropped", ts: 1_000, device_id: "phone", because: "dead" }),
    )
    const after = given(device("phone", { push: fcm }), drop("phone", "a token"))
    expect(after).toMatchObject({
      devices: new Map([["phone", { platform: "android", registeredAt: 1_000 }]]),
    })
    expect(decide(after, drop("phone", "a token"))).toEqual(nothing)
    expect(eventsOf(decide(after, device("phone", { push: fcm })))).toHaveLength(1)
  })

  it("is left alone when another stands in its place, or the device is gone", () => {
    expect(decide(given(device("phone", { push: push("newer") })), drop("phone", "a token"))).toEqual(nothing)
    expect(decide(state, drop("tablet", "a token"))).toEqual(nothing)
    expect(decide(given(device("phone", { push: fcm }), revoke("phone")), drop("phone", "a token"))).toEqual(
      nothing,
    )
  })
})
