import { decide } from "@parley/domain/conversation/decide"
import { marksOf, readMarks } from "@parley/domain/conversation/marks"
import { messagesOf, needs } from "@parley/domain/conversation/needs"
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import { type ConversationState, recallMessages } from "@parley/domain/conversation/state"
import { messageIdAt } from "@parley/domain/ids"
import * as HashMap from "effect/HashMap"
import { describe, expect, it } from "vitest"
import {
  as,
  change,
  continued,
  createGroup,
  edit,
  entropy,
  facts,
  fold,
  idAt,
  react,
  remove,
  send,
  unreact,
} from "./given.ts"
import { recollect } from "./recalling.ts"

const events = facts(
  createGroup("ann", ["bob"], { history: "from_join" }),
  send("ann", "1"),
  send("ann", "2"),
  change("ann", { add: [as("member")("cid")] }),
)
const [first, second] = [idAt(events, 1), idAt(events, 2)]
const state = fold(events)
const asked = (command: ConversationCommand, at: ConversationState = state) =>
  needs(at, command, decide(at, command)).messages

describe("what a decision needs", () => {
  it("is the message that the command names, and the reaction that it is about", () => {
    for (const command of [edit("ann", first), remove("ann", first)])
      expect(asked(command)).toEqual([{ seq: 1, reactions: [] }])
    for (const command of [react("bob", second), unreact("bob", second)])
      expect(asked(command)).toEqual([{ seq: 2, reactions: ["r/👍/bob"] }])
    const both = send("bob", "k", { reply_to_message_id: first, thread_root_id: second })
    expect(asked(both).map(({ seq }) => seq)).toEqual([1, 2])
    const same = send("bob", "k", { reply_to_message_id: first, thread_root_id: first })
    expect(asked(same).map(({ seq }) => seq)).toEqual([1])
  })

  it("is nothing for what refers to nothing, a repeat, strangers, what lies ahead or before the joining", () => {
    expect(asked(send("bob", "k"))).toEqual([])
    expect(asked(send("ann", "1", { reply_to_message_id: second }))).toEqual([])
    expect(asked(react("eve", first))).toEqual([])
    expect(asked(react("cid", first))).toEqual([])
    expect(asked(react("bob", messageIdAt(4, entropy(1))))).toEqual([])
    expect(asked(change("ann", { add: [as("reader")("dan")] }))).toEqual([])
  })

  it("is nothing once it has been recalled, be it that there is no message", () => {
    const wanted = [0, 1].map((seq) => ({ seq, reactions: [] }))
    const knowing = recallMessages(state, recollect(events, wanted))
    expect(asked(edit("ann", first), knowing)).toEqual([])
    expect(asked(edit("ann", messageIdAt(0, entropy(1))), knowing)).toEqual([])
    expect(asked(edit("ann", second), knowing)).toEqual([{ seq: 2, reactions: [] }])
  })

  it("is another's reaction only where somebody stands behind the emoji", () => {
    const reacted = continued(events, react("ann", first))
    const knowing = recallMessages(fold(reacted), recollect(reacted, [{ seq: 1, reactions: [] }]))
    expect(asked(react("bob", first), knowing)).toEqual([{ seq: 1, reactions: ["r/👍/bob"] }])
    expect(asked(react("bob", first, "🎉"), knowing)).toEqual([])
  })
})

describe("what was recalled", () => {
  const long = continued(events, ...Array.from({ length: 320 }, (_, n) => send("bob", `k${n}`)))
  const wanted = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ seq: from + n, reactions: [] }))
  const known = (at: ConversationState) => (at._tag === "Live" ? HashMap.size(at.recalled) : -1)

  it("is forgotten when more than 256 are, and never what was recalled last", () => {
    const some = recallMessages(fold(long), recollect(long, wanted(1, 200)))
    expect(known(recallMessages(some, recollect(long, wanted(250, 56))))).toBe(256)
    expect(known(recallMessages(some, recollect(long, wanted(250, 54).concat(wanted(201, 3)))))).toBe(57)
    expect(known(recallMessages(fold(long), recollect(long, wanted(1, 300))))).toBe(300)
  })

  it("is all that a batch asks for, known or not", () => {
    const knowing = recallMessages(state, recollect(events, wanted(1, 1)))
    expect(messagesOf(knowing, react("bob", first))).toEqual([{ seq: 1, reactions: ["r/👍/bob"] }])
  })
})

describe("marks", () => {
  it("of events that say nothing of an earlier message are none", () => {
    expect(events.flatMap((event, seq) => marksOf(event, seq))).toEqual([])
  })

  it("are read as they were written, whatever the emoji", () => {
    const odd = ["c/", "/", "edited", "r/x/ann"]
    const talk = continued(
      events,
      ...odd.map((emoji) => react("ann", first, emoji)),
      edit("ann", first),
      remove("ann", first),
    )
    const lines = talk.flatMap((event, seq) => marksOf(event, seq))
    expect(readMarks(lines)).toEqual({
      edited: { seq: 8, mac: "mac-of-another" },
      deleted: 9,
      counts: new Map(odd.map((emoji) => [emoji, 1])),
      reacted: new Map(odd.map((emoji, n) => [`r/${emoji}/ann`, 4 + n])),
    })
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length)
  })
})
