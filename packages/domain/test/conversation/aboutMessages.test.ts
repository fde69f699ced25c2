import type { ConversationCommand } from "@parley/domain/conversation/commands"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { maxEmojis } from "@parley/domain/conversation/aboutMessages"
import { messageIdAt } from "@parley/domain/ids"
import { defaultLimits } from "@parley/domain/limits"
import { describe, expect, it } from "vitest"
import {
  as,
  change,
  continued,
  createDirect,
  createGroup,
  edit,
  entropy,
  eventsOf,
  facts,
  idAt,
  react,
  remove,
  send,
  unreact,
  verdict,
  when,
} from "./given.ts"

const said = facts(createGroup("ann", ["bob", "cid"]), send("bob", "k"))
const group = (...more: ReadonlyArray<ConversationCommand>) => continued(said, ...more)
const id = idAt(said, 1)

const answer = (events: ReadonlyArray<ConversationEvent>, command: ConversationCommand) => {
  const decision = when(events, command)
  return decision._tag === "Accepted"
    ? { answer: decision.answer, events: decision.events.length }
    : verdict(decision)
}
const stands = (seq: number) => ({ answer: { _tag: "Done", seq }, events: 0 })

describe("editing", () => {
  it("puts another text in the place of the author's own, and answers with the edit's seq", () => {
    const command = edit("bob", id)
    expect(when(said, command)).toEqual({
      _tag: "Accepted",
      answer: { _tag: "Done", seq: 2 },
      events: [
        {
          _tag: "MessageEdited",
          ts: 4_000,
          actor: "bob",
          message_seq: 1,
          message_id: id,
          body: command.body,
          mac: command.mac,
        },
      ],
    })
  })

  it("is never stamped before what it follows", () => {
    expect(eventsOf(when(said, edit("bob", id, { now: 1 })))).toMatchObject([{ ts: 2_000 }])
  })

  it("the same again is answered by the edit that stands, even when it no longer fits", () => {
    const events = group(edit("bob", id))
    expect(answer(events, edit("bob", id))).toEqual(stands(2))
    const small = { ...defaultLimits, text_chars: 1 }
    expect(answer(events, edit("bob", id, { limits: small }))).toEqual(stands(2))
    expect(eventsOf(when(events, edit("bob", id, { mac: "third" })))).toHaveLength(1)
  })

  it("back to the text that was sent is a change once it was edited, and none before", () => {
    const original = { original_mac: "mac-of-hello", mac: "text-mac-of-hello" }
    expect(answer(said, edit("bob", id, original))).toEqual(stands(1))
    expect(eventsOf(when(group(edit("bob", id)), edit("bob", id, original)))).toHaveLength(1)
  })

  it("of somebody else's message is forbidden, whatever the role", () => {
    for (const actor of ["ann", "cid"]) expect(answer(said, edit(actor, id))).toBe("forbidden")
  })

  it("of a deleted message is gone, and of one without text unprocessable", () => {
    expect(answer(group(remove("bob", id)), edit("bob", id))).toBe("gone")
    const media = facts(createGroup("ann", []), send("ann", "k", { textless: true, media: ["med_1"] }))
    expect(answer(media, edit("ann", idAt(media, 1)))).toBe("unprocessable message_id")
  })

  it("over a limit is too large", () => {
    const over = { textChars: 16_001, textBytes: 16_001 }
    expect(answer(said, edit("bob", id, { size: over }))).toBe("payload_too_large text")
    const bytes = { textChars: 9, textBytes: 65_537 }
    expect(answer(said, edit("bob", id, { size: bytes }))).toBe("payload_too_large text")
  })
})

describe("deleting", () => {
  it("is for the author, admins and owners; again, it is answered by the deletion that stands", () => {
    for (const actor of ["bob", "ann"])
      expect(when(said, remove(actor, id))).toMatchObject({
        answer: { _tag: "Done", seq: 2 },
        events: [{ _tag: "MessageDeleted", actor, message_seq: 1, message_id: id, sender: "bob" }],
      })
    expect(answer(said, remove("cid", id))).toBe("forbidden")
    const gone = group(remove("bob", id), send("cid", "x"))
    for (const actor of ["bob", "ann"]) expect(answer(gone, remove(actor, id))).toEqual(stands(2))
    expect(answer(gone, remove("cid", id))).toBe("forbidden")
  })
})

describe("reacting", () => {
  it("counts the people behind an emoji", () => {
    const events = group(react("ann", id), react("bob", id), react("cid", id, "🎉"))
    expect(events.slice(2)).toMatchObject([
      { _tag: "ReactionAdded", actor: "ann", emoji: "👍", count: 1, message_seq: 1 },
      { _tag: "ReactionAdded", actor: "bob", emoji: "👍", count: 2 },
      { _tag: "ReactionAdded", actor: "cid", emoji: "🎉", count: 1 },
    ])
    expect(when(events, unreact("ann", id))).toMatchObject({
      answer: { seq: 5 },
      events: [{ _tag: "ReactionRemoved", actor: "ann", emoji: "👍", count: 1 }],
    })
  })

  it("the same again is answered by the reaction that stands; taking back what is not there by the message", () => {
    const events = group(react("ann", id), react("bob", id))
    expect(answer(events, react("ann", id))).toEqual(stands(2))
    expect(answer(events, unreact("cid", id))).toEqual(stands(1))
    expect(answer(events, unreact("ann", id, "🎉"))).toEqual(stands(1))
    const taken = continued(events, unreact("ann", id))
    expect(answer(taken, unreact("ann", id))).toEqual(stands(1))
    expect(when(taken, react("ann", id))).toMatchObject({ answer: { seq: 5 }, events: [{ count: 2 }] })
  })

  it("with more than fifty different emojis is unprocessable; one of the fifty is not", () => {
    const emojis = Array.from({ length: maxEmojis }, (_, n) => `e${n}`)
    const full = group(...emojis.map((emoji) => react("ann", id, emoji)))
    expect(answer(full, react("bob", id, "new"))).toBe("unprocessable emoji")
    expect(when(full, react("bob", id, "e7"))).toMatchObject({ events: [{ count: 2 }] })
    const less = continued(full, unreact("ann", id, "e7"))
    expect(when(less, react("bob", id, "new"))).toMatchObject({ events: [{ count: 1 }] })
  })

  it("to a deleted message is gone, and so is taking back", () => {
    const gone = group(react("ann", id), remove("bob", id))
    expect(answer(gone, react("bob", id))).toBe("gone")
    expect(answer(gone, unreact("ann", id))).toBe("gone")
  })
})

const each = [
  ["edit", edit],
  ["delete", remove],
  ["react", react],
  ["unreact", unreact],
] as const

describe.each(each)("to %s a message", (_, ask) => {
  it("that is not there is not_found: no such seq, another event, another id at its seq, a seq to come", () => {
    const ids = [0, 2, 3, 2 ** 40 - 1].map((seq) => messageIdAt(seq, entropy(7)))
    const events = group(change("ann", { add: [as("member")("dan")] }))
    for (const unknown of [...ids, messageIdAt(1, entropy(999_999))])
      expect(answer(events, ask("bob", unknown))).toBe("not_found")
  })

  it("of a conversation that one is not in is not_found", () => {
    for (const events of [[], said, facts(createDirect("ann", "bob"), send("bob", "k"))])
      expect(answer(events, ask("eve", id))).toBe("not_found")
    const left = group(change("bob", { remove: ["bob"] }))
    expect(answer(left, ask("bob", id))).toBe("not_found")
  })

  it("from before one joined is not_found where history begins with joining, also for its author", () => {
    const founded = facts(
      createGroup("ann", ["bob"], { history: "from_join" }),
      send("bob", "k"),
      change("ann", { add: [as("admin")("dan")], remove: ["bob"] }),
      change("ann", { add: [as("owner")("bob")] }),
    )
    const old = idAt(founded, 1)
    for (const actor of ["dan", "bob"]) expect(answer(founded, ask(actor, old))).toBe("not_found")
    const open = facts(
      createGroup("ann", ["bob"]),
      send("bob", "k"),
      change("ann", { remove: ["bob"] }),
      change("ann", { add: [as("owner")("bob")] }),
    )
    expect(answer(open, ask("bob", idAt(open, 1)))).not.toBe("not_found")
  })
})
