import { decide } from "@parley/domain/user/decide"
import { describe, expect, it } from "vitest"
import { change, changed, given, nothing, personal, register } from "./given.ts"

const ann = personal("Ann")
const state = given(register({ name: ann }), change({ avatarMediaId: "med_1" }))

describe("changing one's profile", () => {
  it("writes what is other than it was, and nothing else", () => {
    expect(decide(state, change({ name: personal("Anna"), avatarMediaId: "med_1" }))).toEqual(
      changed({
        _tag: "ProfileChanged",
        ts: 1_000,
        name: personal("Anna").sealed,
        name_mac: personal("Anna").mac,
      }),
    )
    expect(decide(state, change({ name: ann, avatarMediaId: "med_2" }))).toEqual(
      changed({ _tag: "ProfileChanged", ts: 1_000, avatar_media_id: "med_2" }),
    )
  })

  it("as it is, or by saying nothing, writes nothing", () => {
    expect(decide(state, change())).toEqual(nothing)
    expect(decide(state, change({ name: ann, avatarMediaId: "med_1" }))).toEqual(nothing)
    expect(decide(given(register()), change({ avatarMediaId: null }))).toEqual(nothing)
  })

  it("takes the picture away by null, and leaves the name", () => {
    const without = given(
      register({ name: ann }),
      change({ avatarMediaId: "med_1" }),
      change({ avatarMediaId: null }),
    )
    expect(without).toMatchObject({ name: ann.sealed, nameMac: ann.mac })
    expect(without).not.toHaveProperty("avatar")
  })
})

describe("privacy", () => {
  const privacy = (share_last_seen: boolean, send_read_receipts: boolean) =>
    changed({ _tag: "PrivacyChanged", ts: 1_000, share_last_seen, send_read_receipts })

  it("is open until it is changed, and stands as a whole in the event", () => {
    expect(given(register())).toMatchObject({ privacy: { shareLastSeen: true, sendReadReceipts: true } })
    expect(decide(state, change({ sendReadReceipts: false }))).toEqual(privacy(true, false))
    const hidden = given(register(), change({ sendReadReceipts: false }))
    expect(decide(hidden, change({ shareLastSeen: false }))).toEqual(privacy(false, false))
    expect(decide(hidden, change({ shareLastSeen: true, sendReadReceipts: false }))).toEqual(nothing)
  })

  it("and profile in one command are two events", () => {
    const both = decide(state, change({ name: personal("Anna"), shareLastSeen: false }))
    expect(both).toMatchObject({ events: [{ _tag: "ProfileChanged" }, { _tag: "PrivacyChanged" }] })
  })
})

describe("quiet hours", () => {
  const night = { from: "22:00", to: "07:30", time_zone: "Europe/Berlin" }
  const quiet = (quiet_hours: typeof night | null) =>
    changed({ _tag: "QuietHoursChanged", ts: 1_000, quiet_hours })

  it("are none until they are set, and stand as a whole in the event", () => {
    expect(given(register())).not.toHaveProperty("quietHours")
    expect(decide(given(register()), change({ quietHours: night }))).toEqual(quiet(night))
    const later = { ...night, to: "08:00" }
    expect(decide(given(register(), change({ quietHours: night })), change({ quietHours: later }))).toEqual(
      quiet(later),
    )
  })

  it("are taken away by null; as they are, or left out, nothing is written", () => {
    const set = given(register(), change({ quietHours: night }))
    expect(set).toMatchObject({ quietHours: night })
    expect(decide(set, change({ quietHours: null }))).toEqual(quiet(null))
    expect(decide(set, change({ quietHours: { ...night } }))).toEqual(nothing)
    expect(decide(set, change())).toEqual(nothing)
    expect(decide(given(register()), change({ quietHours: null }))).toEqual(nothing)
  })
})
