/** Cursors, frames of the socket, and the frames that are no events. */
import { defaultLimits } from "@parley/domain/limits"
import { ServerFrame } from "@parley/domain/wire/serverFrames"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import * as frames from "../../src/stream/controlFrames.ts"
import { Cursors } from "../../src/stream/Cursor.ts"
import { textFrame, textFrameOf } from "../../src/stream/textFrame.ts"
import { cnv } from "./TestLog.ts"
import { presenceFrame, wirePresence } from "../../src/stream/presence/presenceFrame.ts"
import { payloadOf } from "./TestWire.ts"

const cursors = new Cursors(Redacted.make("a stream secret of thirty-two bytes"))

it("a cursor opens for its user only, unchanged only, and is different each time", () => {
  const cursor = { epoch: "epoch-1", position: 42, told: 40 }
  const [one, other] = [cursors.seal("bob", cursor), cursors.seal("bob", cursor)]
  expect(one).not.toBe(other)
  expect(cursors.open("bob", one)).toEqual(cursor)
  const changed = `${one.slice(0, -2)}${one.endsWith("AA") ? "BB" : "AA"}`
  for (const [user, text] of [
    ["ann", one],
    ["bob", changed],
    ["bob", ""],
    ["bob", `${one}=`],
    ["bob", "nonsense"],
  ] as const)
    expect(cursors.open(user, text)).toBeUndefined()
})

it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])(
  "a text frame of %i bytes is framed as RFC 6455 has it",
  (length) => {
    const text = "x".repeat(length)
    const frame = textFrame(Buffer.from(text))
    expect(frame).toEqual(textFrameOf(text))
    expect(frame[0]).toBe(0x81)
    const announced =
      frame[1]! < 126 ? frame[1]! : frame[1] === 126 ? frame.readUInt16BE(2) : frame.readUInt32BE(6)
    expect(announced).toBe(length)
    expect(payloadOf(frame)).toBe(text)
  },
)

it("frames that are no events have the shapes of the protocol", () => {
  const ids = new frames.FrameIds("ses_0011")
  const cursor = cursors.seal("bob", { epoch: "e", position: 1 })
  const hello = { user: "bob", device: "phone", cursor, epoch: "e", limits: defaultLimits, presence: true }
  const sent = {
    message_id: `msg_${"0".repeat(26)}`,
    seq: 1,
    ts: new Date(0).toISOString(),
    duplicate: false,
  }
  const conversation = {
    id: cnv(1),
    kind: "group" as const,
    name: 'a "name"',
    created_at: new Date(0).toISOString(),
    member_count: 1,
    role: "owner" as const,
    can_send: true,
    last_seq: 0,
    history: "all" as const,
    archived: false,
  }
  const all = [
    frames.helloFrame(ids, 0, hello),
    frames.ackFrame(ids, 0, { id: 'c-"1"', conversation: cnv(1), clientMsgId: "k\\1" }, sent),
    frames.ackFrame(ids, 0, { id: "c-2" }, { cursor, conversations: 3, complete: true }),
    frames.ackFrame(
      ids,
      0,
      { id: "c-3" },
      { presences: [wirePresence("ben", { status: "offline", lastSeen: 1 })] },
    ),
    presenceFrame(0, "ben", { status: "online" }),
    presenceFrame(0, "ben", undefined),
    frames.inboxAddedFrame(ids, 0, conversation),
    frames.inboxRemovedFrame(ids, 0, cnv(1)),
    frames.syncGapFrame(ids, 0, cnv(1), 7),
    frames.cursorFrame(ids, 0, cursor),
    frames.drainingFrame(ids, 0, 500),
  ].map((bytes) => JSON.parse(payloadOf(bytes)) as { id: string; type: string })
  const is = Schema.is(ServerFrame)
  expect(all.filter((frame) => !is(frame))).toEqual([])
  expect(new Set(all.map((frame) => frame.id)).size).toBe(all.length)
})
