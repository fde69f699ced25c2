/** Any interleaving of two owners of one conversation is one history: the answers are those of a single owner. */
import type { ConversationAnswer } from "@parley/domain/conversation/commands"
import { decodeEvent } from "@parley/domain/conversation/codec"
import { marksOf } from "@parley/domain/conversation/marks"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import type { ConversationRequest } from "../../src/Conversations.ts"
import type { Outcome } from "../../src/entity/decideBatch.ts"
import { EventStore } from "../../src/EventStore.ts"
import {
  about,
  ackOf,
  briefly,
  change,
  createGroup,
  edit,
  owner,
  ownerOver,
  parts,
  readAll,
  remove,
  send,
  setRole,
  stream,
  unhurried,
} from "./owner.ts"

const user = fc.constantFrom("ann", "bob", "cid")
/** Which of the first two messages. */
const message = fc.nat(1)

/** A request, once the ids of the two messages are known. */
type Wish = (ids: ReadonlyArray<string>) => ConversationRequest

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.tuple(user, message, fc.constantFrom("one", "two")).map(
    ([who, n, text]): Wish =>
      (ids) =>
        edit(who, ids[n]!, text),
  ),
  fc.tuple(fc.constantFrom("AddReaction" as const, "RemoveReaction" as const), user, message).map(
    ([tag, who, n]): Wish =>
      (ids) =>
        about(tag, who, ids[n]!),
  ),
  fc.tuple(user, message).map(
    ([who, n]): Wish =>
      (ids) =>
        remove(who, ids[n]!),
  ),
  fc.tuple(user, fc.constantFrom("k1", "k2")).map(
    ([who, key]): Wish =>
      () =>
        send(who, key, "hello"),
  ),
  user.map(
    (who): Wish =>
      () =>
        change("ann", { add: [who] }),
  ),
  fc.constantFrom("bob", "cid").map(
    (who): Wish =>
      () =>
        change("ann", { remove: [who] }),
  ),
  fc.tuple(user, fc.constantFrom("reader" as const, "member" as const)).map(
    ([who, role]): Wish =>
      () =>
        setRole("ann", who, role),
  ),
)

const beginning = Effect.gen(function* () {
  const one = yield* owner
  yield* one.ask(createGroup("ann", "bob", "cid"))
  const ids: Array<string> = []
  for (const who of ["ann", "bob"]) ids.push(ackOf(yield* one.ask(send(who, "first", "hello"))).message_id)
  return ids
})

const run = <A, E>(test: Effect.Effect<A, E, EventStore | Effect.Services<typeof owner>>) =>
  Effect.runPromise(Effect.scoped(Effect.provide(test, parts)))

/** The marks that the store holds are those that the log says. */
const marksAgree = Effect.gen(function* () {
  const events: ReadonlyArray<ConversationEvent> = (yield* readAll).map((event) => decodeEvent(event))
  const lines = new Map<string, { seq: number; key: string; value: string }>()
  for (const [seq, event] of events.entries())
    for (const { value, ...mark } of marksOf(event, seq))
      if (value === null) lines.delete(`${mark.seq} ${mark.key}`)
      else lines.set(`${mark.seq} ${mark.key}`, { ...mark, value })
  const wanted = [1, 2].map((seq) => ({
    seq,
    keys: ["edited", "deleted", "c/", ...["ann", "bob", "cid"].map((who) => `r/👍/${who}`)],
  }))
  const store = yield* EventStore
  expect(new Set(yield* store.lookupMarks(stream, wanted))).toEqual(new Set(lines.values()))
  return events
})

it("one after another, whoever of the owners is asked, the answers are those of a single one", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(wish, fc.nat(2)), { maxLength: 30, size: "max" }), async (asked) => {
      const play = (choose: (n: number) => number) =>
        run(
          Effect.gen(function* () {
            const ids = yield* beginning
            const owners = [yield* owner, yield* owner, yield* owner]
            const answers: Array<number | string> = []
            for (const [request, n] of asked)
              answers.push(briefly(yield* owners[choose(n)]!.ask(request(ids))))
            yield* marksAgree
            return answers
          }),
        )
      expect(await play((n) => n)).toEqual(await play(() => 0))
    }),
    { numRuns: 40 },
  ))

it("at the same time, they write one history, and every answer names an event of it", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(wish, fc.nat(1), fc.nat(8)), { maxLength: 16, size: "max" }),
      (asked) =>
        run(
          Effect.gen(function* () {
            const ids = yield* beginning
            const owners = [yield* ownerOver(unhurried), yield* ownerOver(unhurried)]
            const replies: ReadonlyArray<Outcome<ConversationAnswer>> = yield* Effect.forEach(
              asked,
              ([request, n, turns]) =>
                Effect.andThen(
                  Effect.repeat(Effect.yieldNow, { times: turns }),
                  owners[n]!.ask(request(ids)),
                ),
              { concurrency: "unbounded" },
            )
            const events = yield* marksAgree
            const people = new Map<string, Set<string>>()
            for (const event of events) {
              if (event._tag !== "ReactionAdded" && event._tag !== "ReactionRemoved") continue
              const who = people.get(event.message_id) ?? new Set()
              people.set(event.message_id, who)
              expect(who.has(event.actor)).toBe(event._tag === "ReactionRemoved")
              if (event._tag === "ReactionAdded") who.add(event.actor)
              else who.delete(event.actor)
              expect(event.count).toBe(who.size)
            }
            const deleted = events.flatMap((event) =>
              event._tag === "MessageDeleted" ? [event.message_id] : [],
            )
            expect(new Set(deleted).size).toBe(deleted.length)
            for (const reply of replies)
              if (reply._tag === "Answered" && reply.answer._tag !== "Created")
                expect(events[reply.answer.seq]).toBeDefined()
          }),
        ),
    ),
    { numRuns: 60 },
  ))
