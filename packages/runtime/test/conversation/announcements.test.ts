/** What is announced when something has been committed, and what is read from the log afterwards: the same frames. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Broker, type Announcement } from "../../src/Broker.ts"
import { announcementsOf } from "../../src/frames.ts"
import { KeyVault } from "../../src/KeyVault.ts"
import {
  about,
  ackOf,
  archive,
  conversation,
  createDirect,
  createGroup,
  edit,
  owner,
  parts,
  readAll,
  remove,
  send,
  setRole,
  update,
} from "../entity/owner.ts"

const announced = Effect.gen(function* () {
  const broker = yield* Broker
  const heard: Array<Announcement> = []
  yield* Effect.acquireRelease(
    broker.subscribeConversation(conversation, (announcement) => heard.push(announcement)),
    (end) => Effect.sync(end),
  )
  return heard
})

const fromTheLog = Effect.gen(function* () {
  const vault = yield* KeyVault
  return yield* announcementsOf(vault, yield* readAll)
})

interface Frame {
  readonly type: string
  readonly seq: number
  readonly payload: Readonly<Record<string, unknown>>
}
const framesOf = (all: ReadonlyArray<Announcement>): ReadonlyArray<Frame> =>
  all.map(({ frame }) => JSON.parse(frame.toString()) as Frame)

describe("what is announced", () => {
  it.effect("is the frame that the log gives later, for every kind of event of a group", () =>
    Effect.gen(function* () {
      const [loop, heard] = [yield* owner, yield* announced]
      yield* loop.ask(createGroup("ann", "bob"))
      const { message_id: id } = ackOf(yield* loop.ask(send("bob", "m/1", "hello")))
      yield* loop.ask(edit("bob", id, 'another "text"'))
      yield* loop.ask(about("AddReaction", "ann", id))
      yield* loop.ask(about("RemoveReaction", "ann", id))
      yield* loop.ask(setRole("ann", "bob", "admin"))
      yield* loop.ask(update("bob", { topic: "what it is about" }))
      yield* loop.ask(update("ann", { metadata: { a: [1, { b: null }] }, name: "renamed" }))
      yield* loop.ask(update("ann", { topic: "", metadata: null }))
      yield* loop.ask(remove("ann", id))
      yield* loop.ask(archive("ann"))
      const frames = framesOf(heard)
      expect(frames).toEqual(framesOf(yield* fromTheLog))
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, n) => n))
      expect(frames.slice(2)).toMatchObject([
        { type: "message.edited", payload: { message_id: id, text: 'another "text"', editor_id: "bob" } },
        { type: "reaction.added", payload: { message_id: id, emoji: "👍", user_id: "ann", count: 1 } },
        { type: "reaction.removed", payload: { count: 0 } },
        { type: "member.role_changed", payload: { user_id: "bob", role: "admin", actor_id: "ann" } },
        { type: "conversation.updated", payload: { name: "a group", topic: "what it is about" } },
        {
          type: "conversation.updated",
          payload: { name: "renamed", topic: "what it is about", metadata: { a: [1, { b: null }] } },
        },
        { type: "conversation.updated", payload: { name: "renamed", archived: false } },
        { type: "message.deleted", payload: { message_id: id, actor_id: "ann" } },
        { type: "conversation.archived", payload: { name: "renamed", archived: true, last_seq: 10 } },
      ])
      expect(frames[8]!.payload).not.toHaveProperty("topic")
      expect(frames[8]!.payload).not.toHaveProperty("metadata")
    }).pipe(Effect.provide(parts)),
  )

  it.effect("does not say who blocks whom, and names both", () =>
    Effect.gen(function* () {
      const [loop, heard] = [yield* owner, yield* announced]
      yield* loop.ask(createDirect("bob", "ann"))
      const origin = { actor: "bob", correlation: "req_1" }
      yield* loop.ask({ _tag: "Restrict", origin })
      yield* loop.ask({ _tag: "Lift", origin })
      const frames = framesOf(heard).slice(1)
      expect(frames).toEqual(framesOf(yield* fromTheLog).slice(1))
      for (const { type, payload } of frames) {
        expect(type).toBe("conversation.updated")
        expect(payload).toMatchObject({ kind: "direct", member_ids: ["ann", "bob"], archived: false })
        expect(Object.keys(payload).filter((key) => key.endsWith("actor_id"))).toEqual([])
      }
      expect({ ...frames[0]!.payload, last_seq: 0 }).toEqual({ ...frames[1]!.payload, last_seq: 0 })
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is nothing, rather than half of it, when a name's owner has been erased", () =>
    Effect.gen(function* () {
      const [loop, heard] = [yield* owner, yield* announced]
      yield* loop.ask(createGroup("ann", "bob"))
      yield* loop.ask(setRole("ann", "bob", "owner"))
      yield* (yield* KeyVault).destroy("ann")
      yield* loop.ask(update("bob", { topic: "later" }))
      expect(framesOf(heard).map(({ seq }) => seq)).toEqual([0, 1])
      const last = framesOf(yield* fromTheLog).at(-1)!
      expect(last).toMatchObject({ type: "conversation.updated", payload: { topic: "later" } })
      expect(last.payload).not.toHaveProperty("name")
    }).pipe(Effect.provide(parts)),
  )
})
