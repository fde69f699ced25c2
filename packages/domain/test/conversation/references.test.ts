/** Replies and threads: what a message may refer to. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import { messageIdAt } from "@parley/domain/ids"
import { describe, expect, it } from "vitest"
import {
  as,
  change,
  continued,
  createGroup,
  entropy,
  facts,
  idAt,
  remove,
  send,
  verdict,
  when,
} from "./given.ts"

const talk = facts(createGroup("ann", ["bob"]), send("ann", "root"))
const root = idAt(talk, 1)
const after = (...commands: ReadonlyArray<ConversationCommand>) => continued(talk, ...commands)

const replyTo = (reply_to_message_id: string) => send("bob", "new", { reply_to_message_id })
const inThread = (thread_root_id: string) => send("bob", "new", { thread_root_id })

describe("a message", () => {
  it("answers one of the same conversation, and stands in the thread of one", () => {
    expect(verdict(when(talk, replyTo(root)))).toBe("accepted")
    expect(verdict(when(talk, inThread(root)))).toBe("accepted")
    const both = send("bob", "new", { reply_to_message_id: root, thread_root_id: root })
    expect(when(talk, both)).toMatchObject({
      events: [{ reply_to_message_id: root, thread_root_id: root }],
    })
  })

  it("does not refer to what is not there", () => {
    for (const unknown of [0, 1, 2, 99].map((seq) => messageIdAt(seq, entropy(1_000)))) {
      expect(verdict(when(talk, replyTo(unknown)))).toBe("unprocessable reply_to_message_id")
      expect(verdict(when(talk, inThread(unknown)))).toBe("unprocessable thread_root_id")
    }
  })

  it("begins no thread at a message that stands in one, but may answer it", () => {
    const events = after(send("ann", "in", { thread_root_id: root }))
    const inner = idAt(events, 2)
    expect(verdict(when(events, inThread(inner)))).toBe("unprocessable thread_root_id")
    expect(verdict(when(events, replyTo(inner)))).toBe("accepted")
    expect(
      verdict(when(events, send("bob", "new", { thread_root_id: root, reply_to_message_id: inner }))),
    ).toBe("accepted")
  })

  it("goes on in the thread of a deleted root", () => {
    const events = after(remove("ann", root))
    expect(verdict(when(events, inThread(root)))).toBe("accepted")
    expect(verdict(when(events, replyTo(root)))).toBe("accepted")
  })

  it("does not refer to what its sender cannot see", () => {
    const events = facts(
      createGroup("ann", [], { history: "from_join" }),
      send("ann", "root"),
      change("ann", { add: [as("member")("bob")] }),
      send("ann", "later"),
    )
    expect(verdict(when(events, inThread(idAt(events, 1))))).toBe("unprocessable thread_root_id")
    expect(verdict(when(events, replyTo(idAt(events, 1))))).toBe("unprocessable reply_to_message_id")
    expect(verdict(when(events, inThread(idAt(events, 3))))).toBe("accepted")
  })

  it("sent again is the first one, whatever it refers to", () => {
    const events = after(replyTo(root))
    expect(
      when(events, send("bob", "new", { reply_to_message_id: messageIdAt(9, entropy(1)) })),
    ).toMatchObject({ answer: { duplicate: true, seq: 2 } })
  })
})
