import { decide } from "@parley/domain/conversation/decide"
import { messageIdAt } from "@parley/domain/ids"
import { defaultLimits } from "@parley/domain/limits"
import { describe, expect, it } from "vitest"
import {
  change,
  createDirect,
  createGroup,
  eventsOf,
  given,
  facts,
  idAt,
  send,
  staffed,
  verdict,
  when,
} from "./given.ts"

const direct = () => given(createDirect("ann", "bob"))

describe("sending a message", () => {
  it("records it with everything that was said about it, and answers with its place", () => {
    const before = facts(createDirect("ann", "bob"), send("bob", "1"), send("bob", "2"))
    const command = send("ann", "k", {
      media: ["med_1"],
      reply_to_message_id: idAt(before, 1),
      thread_root_id: idAt(before, 2),
    })
    expect(when(before, command)).toEqual({
      _tag: "Accepted",
      answer: {
        _tag: "Sent",
        message_id: messageIdAt(3, command.entropy),
        seq: 3,
        ts: 2_000,
        duplicate: false,
      },
      events: [
        {
          _tag: "MessageSent",
          ts: 2_000,
          message_id: messageIdAt(3, command.entropy),
          sender: "ann",
          client_msg_id: "k",
          body: command.body,
          mac: command.mac,
          media: ["med_1"],
          reply_to_message_id: idAt(before, 1),
          thread_root_id: idAt(before, 2),
          ordinal: 3,
          sender_ordinal: 1,
        },
      ],
    })
  })

  it("to a conversation that was never created, by a stranger or by an ex-member is not_found", () => {
    expect(verdict(decide(given(), send("ann", "k")))).toBe("not_found")
    expect(verdict(decide(direct(), send("eve", "k")))).toBe("not_found")
    const left = given(createGroup("ann", ["bob"]), send("bob", "k"), change("ann", { remove: ["bob"] }))
    expect(verdict(decide(left, send("bob", "new")))).toBe("not_found")
    expect(verdict(decide(left, send("bob", "k")))).toBe("not_found")
  })

  it("counts the conversation's messages and the sender's own, across leaving and joining again", () => {
    const state = given(
      createGroup("ann", ["bob"]),
      send("bob", "1"),
      send("ann", "1"),
      change("ann", { remove: ["bob"] }),
      change("ann", { add: [{ user_id: "bob", role: "member" }] }),
    )
    expect(eventsOf(decide(state, send("bob", "2")))).toMatchObject([{ ordinal: 3, sender_ordinal: 2 }])
  })

  it("never stamps a message earlier than the event before it", () => {
    const state = given(createDirect("ann", "bob", { now: 9_000 }))
    expect(decide(state, send("ann", "k", { now: 1 }))).toMatchObject({
      events: [{ ts: 9_000 }],
      answer: { ts: 9_000 },
    })
  })
})

describe("a repeated client_msg_id", () => {
  const first = send("ann", "k", { now: 5_000 })
  const state = given(createDirect("ann", "bob"), first, send("bob", "x"))

  it("with the same body is answered by the first one's ack and writes nothing", () => {
    expect(decide(state, send("ann", "k", { now: 8_000 }))).toEqual({
      _tag: "Accepted",
      events: [],
      answer: { _tag: "Sent", message_id: messageIdAt(1, first.entropy), seq: 1, ts: 5_000, duplicate: true },
    })
  })

  it("with another body is a mismatch", () => {
    expect(verdict(decide(state, send("ann", "k", { mac: "another" })))).toBe(
      "idempotency_mismatch client_msg_id",
    )
  })

  it("of another sender is another message", () => {
    expect(eventsOf(decide(state, send("bob", "k")))).toHaveLength(1)
  })

  it("is compared before limits are applied", () => {
    const limits = { ...defaultLimits, text_chars: 1 }
    expect(decide(state, send("ann", "k", { limits }))).toMatchObject({ answer: { duplicate: true } })
  })

  it("is recognised for one who has been made a reader since", () => {
    const demoted = given(
      createGroup("ann", ["bob"]),
      send("bob", "k"),
      change("ann", { remove: ["bob"] }),
      change("ann", { add: [{ user_id: "bob", role: "reader" }] }),
    )
    expect(decide(demoted, send("bob", "k"))).toMatchObject({ answer: { duplicate: true } })
  })
})

describe("what may not be said", () => {
  it.each(["owner", "admin", "member"])("an %s posts", (role) => {
    expect(verdict(decide(staffed(), send(role, "k")))).toBe("accepted")
  })

  it("a reader does not", () => {
    expect(verdict(decide(staffed(), send("reader", "k")))).toBe("forbidden")
  })

  const { media_per_message, metadata_bytes, text_bytes, text_chars } = defaultLimits
  const none = { textChars: 0, textBytes: 0, metadataBytes: 0 }
  const media = (n: number) => Array.from({ length: n }, (_, i) => `med_${i}`)
  it.each([
    [
      "text by code points",
      "text",
      { size: { ...none, textChars: text_chars } },
      { size: { ...none, textChars: text_chars + 1 } },
    ],
    [
      "text by bytes",
      "text",
      { size: { ...none, textBytes: text_bytes } },
      { size: { ...none, textBytes: text_bytes + 1 } },
    ],
    [
      "metadata",
      "metadata",
      { size: { ...none, metadataBytes: metadata_bytes } },
      { size: { ...none, metadataBytes: metadata_bytes + 1 } },
    ],
    ["media", "media", { media: media(media_per_message) }, { media: media(media_per_message + 1) }],
  ])("%s at the limit is accepted, one over it is too large", (_, path, fits, over) => {
    expect(verdict(decide(direct(), send("ann", "k", fits)))).toBe("accepted")
    expect(verdict(decide(direct(), send("ann", "k", over)))).toBe(`payload_too_large ${path}`)
  })
})
