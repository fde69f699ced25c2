import { describe, expect, it } from "vitest"
import {
  decidePush,
  isSilent,
  mostPushedMembers,
  type PushPerson,
  type PushQuestion,
} from "../../src/push/decidePush.ts"

const bob: PushPerson = { devices: ["phone", "tablet"], blocks: new Set(), mutes: new Set() }
const noon = Date.UTC(2026, 10, 24, 12)

/** Ann writes the message 7 in a small group that bob is in; he has seen and set nothing. */
const given = (more: Partial<PushQuestion> = {}, person: Partial<PushPerson> = {}): PushQuestion => ({
  ...{ user: "bob", person: { ...bob, ...person }, joinedSeq: 0, sender: "ann", conversation: "cnv_a" },
  ...{ seq: 7, ts: noon, members: 3, threadReply: false, mentioned: false, readSeq: -1, seenSeq: -1 },
  ...more,
})
const push = { _tag: "Push", devices: ["phone", "tablet"] }
const no = (reason: string) => ({ _tag: "Suppress", reason })

describe("a message, three seconds later", () => {
  it("goes to every push device of a member who has not seen it", () => {
    expect(decidePush(given())).toEqual(push)
  })

  it("goes to nobody for his own messages, on none of his devices", () => {
    expect(decidePush(given({ sender: "bob" }))).toEqual(no("own"))
  })

  it("goes to nobody who joined after it", () => {
    expect(decidePush(given({ joinedSeq: 8 }))).toEqual(no("joined_later"))
    expect(decidePush(given({ joinedSeq: 6 }))).toEqual(push)
  })

  it("goes to nobody without a token or subscription", () => {
    expect(decidePush(given({}, { devices: [] }))).toEqual(no("no_device"))
  })

  it("is suppressed by a device in the foreground that has it, and by reading; not by what came before it", () => {
    expect(decidePush(given({ seenSeq: 7 }))).toEqual(no("foreground"))
    expect(decidePush(given({ readSeq: 9 }))).toEqual(no("read"))
    expect(decidePush(given({ seenSeq: 6, readSeq: 6 }))).toEqual(push)
  })

  it("is suppressed where the person muted the conversation or blocks the sender, mentioned or not", () => {
    expect(decidePush(given({ mentioned: true }, { mutes: new Set(["cnv_a"]) }))).toEqual(no("muted"))
    expect(decidePush(given({ mentioned: true }, { blocks: new Set(["ann"]) }))).toEqual(no("blocked"))
    expect(decidePush(given({}, { mutes: new Set(["cnv_b"]), blocks: new Set(["cid"]) }))).toEqual(push)
  })

  it("is suppressed in his quiet hours, by the time of the message", () => {
    const quietHours = { from: "11:00", to: "13:00", time_zone: "UTC" }
    expect(decidePush(given({}, { quietHours }))).toEqual(no("quiet_hours"))
    expect(decidePush(given({ ts: noon + 3_600_000 }, { quietHours }))).toEqual(push)
  })

  it("goes only to who is mentioned in more than 500, and in threads", () => {
    expect(decidePush(given({ members: mostPushedMembers }))).toEqual(push)
    const large = { members: mostPushedMembers + 1 }
    expect(decidePush(given(large))).toEqual(no("not_meant"))
    expect(decidePush(given({ ...large, mentioned: true }))).toEqual(push)
    expect(decidePush(given({ threadReply: true }))).toEqual(no("not_meant"))
    expect(decidePush(given({ threadReply: true, mentioned: true }))).toEqual(push)
  })

  it("is told of to whoever asks only where it concerns his settings or what he saw", () => {
    const reasons = ["own", "joined_later", "no_device", "not_meant", "muted", "read"] as const
    expect(reasons.map(isSilent)).toEqual([true, true, true, false, false, false])
  })
})
