/** What every broker promises while nothing is lost. `layer` gives a broker of its own each time it is built. */
import { type Announcement, Broker } from "@parley/runtime/Broker"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

const announcement = (
  conversation: string,
  seq: number,
  members: Pick<Announcement, "added" | "removed"> = {},
): Announcement => ({
  conversation,
  seq,
  position: seq,
  frame: Buffer.from(`${conversation}/${seq}`),
  ...members,
})

export const brokerContract = (name: string, layer: Layer.Layer<Broker, unknown>): void => {
  const promise = (title: string, body: Effect.Effect<unknown, unknown, Broker>): void =>
    it.effect(title, () => Effect.provide(body, layer))

  describe(`broker: ${name}`, () => {
    promise(
      "hands a conversation's announcements to each of its receivers, in the order published, and no others",
      Effect.gen(function* () {
        const broker = yield* Broker
        const [first, second, other]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
        yield* broker.subscribeConversation("a", ({ seq }) => first.push(seq))
        yield* broker.subscribeConversation("a", ({ seq }) => second.push(seq))
        yield* broker.subscribeConversation("b", ({ seq }) => other.push(seq))
        for (const seq of [0, 1, 2]) broker.publish(announcement("a", seq))
        expect([first, second, other]).toEqual([[0, 1, 2], [0, 1, 2], []])
      }),
    )
    promise(
      "hands over the very frame that was published",
      Effect.gen(function* () {
        const broker = yield* Broker
        const frames: Array<string> = []
        yield* broker.subscribeConversation("a", ({ frame }) => frames.push(frame.toString()))
        broker.publish(announcement("a", 7))
        expect(frames).toEqual(["a/7"])
      }),
    )
    promise(
      "tells a user of being added or removed, in any conversation, and of nothing else",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        yield* broker.subscribeUser("ann", ({ conversation, seq }) => seen.push(`${conversation}/${seq}`))
        broker.publish(announcement("a", 0, { added: ["bob", "ann"] }))
        broker.publish(announcement("a", 1))
        broker.publish(announcement("b", 0, { added: ["bob"] }))
        broker.publish(announcement("b", 1, { removed: ["ann"] }))
        expect(seen).toEqual(["a/0", "b/1"])
      }),
    )
    promise(
      "hands a note to those whom it names, in the order told, and to nobody else",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        const end = yield* broker.subscribeNotes("ann", ({ frame }) => seen.push(`ann ${frame.toString()}`))
        yield* broker.subscribeNotes("bob", ({ frame }) => seen.push(`bob ${frame.toString()}`))
        yield* broker.subscribeUser("ann", () => seen.push("no note"))
        const tell = (text: string, ...users: ReadonlyArray<string>): void =>
          broker.tell({ conversation: "a", users, frame: Buffer.from(text) })
        tell("1", "ann", "bob")
        tell("2", "cid")
        end()
        tell("3", "ann", "bob")
        expect(seen).toEqual(["ann 1", "bob 1", "bob 3"])
      }),
    )
    promise(
      "hands on hints about the conversations that somebody here subscribes to, and no others",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        const end = yield* broker.subscribeHints(({ frame, user }) =>
          seen.push(`${user} ${frame.toString()}`),
        )
        const left = yield* broker.subscribeConversation("a", () => seen.push("no hint"))
        const hint = (conversation: string, text: string): void =>
          broker.hint({ conversation, user: "ann", frame: Buffer.from(text) })
        hint("a", "1")
        hint("b", "2")
        left()
        hint("a", "3")
        yield* broker.subscribeConversation("b", () => seen.push("no hint"))
        hint("b", "4")
        end()
        hint("b", "5")
        expect(seen).toEqual(["ann 1", "ann 4"])
      }),
    )
    promise(
      "tells everybody who asked of every revocation, whoever's",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        const end = yield* broker.subscribeRevocations(({ user }) => seen.push(`first ${user}`))
        yield* broker.subscribeRevocations(({ user, device }) => seen.push(`second ${user}/${device}`))
        broker.revoke({ user: "ann", device: "phone", position: 7 })
        end()
        broker.revoke({ user: "bob", device: "phone", position: 8 })
        expect(seen).toEqual(["first ann", "second ann/phone", "second bob/phone"])
      }),
    )
    promise(
      "tells everybody who asked of the arrivals of those who are subscribed to here",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        yield* broker.subscribeUser("ann", () => seen.push("no arrival"))
        const heard = yield* Deferred.make<void>()
        yield* broker.subscribeArrivals(({ session, user }) => {
          seen.push(`${user} ${session}`)
          if (session === "last") Deferred.doneUnsafe(heard, Effect.void)
        })
        const arrive = (user: string, session: string): void =>
          broker.arrive({ user, device: "phone", session })
        arrive("bob", "first")
        arrive("ann", "second")
        arrive("ann", "last")
        yield* Deferred.await(heard)
        expect(seen).toEqual(["ann second", "ann last"])
      }),
    )
    promise(
      "hands nothing to a receiver whose subscription ended, however often it was ended",
      Effect.gen(function* () {
        const broker = yield* Broker
        const [gone, kept]: [Array<number>, Array<number>] = [[], []]
        const end = yield* broker.subscribeConversation("a", ({ seq }) => gone.push(seq))
        yield* broker.subscribeConversation("a", ({ seq }) => kept.push(seq))
        broker.publish(announcement("a", 0))
        end()
        end()
        broker.publish(announcement("a", 1))
        expect([gone, kept]).toEqual([[0], [0, 1]])
      }),
    )
    promise(
      "lets a receiver end its own and another's subscription while it receives",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<string> = []
        const ends: Array<() => void> = []
        const receive = (who: string) => (): void => {
          seen.push(who)
          for (const end of ends) end()
        }
        ends.push(yield* broker.subscribeConversation("a", receive("first")))
        ends.push(yield* broker.subscribeConversation("a", receive("second")))
        yield* broker.subscribeConversation("a", () => seen.push("third"))
        broker.publish(announcement("a", 0))
        broker.publish(announcement("a", 1))
        expect(seen).toEqual(["first", "third", "third"])
      }),
    )
    promise(
      "keeps the order for everybody when a receiver publishes",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<number> = []
        yield* broker.subscribeConversation("a", ({ seq }) => {
          if (seq === 0) broker.publish(announcement("a", 1))
        })
        yield* broker.subscribeConversation("a", ({ seq }) => seen.push(seq))
        broker.publish(announcement("a", 0))
        expect(seen).toEqual([0, 1])
      }),
    )
    promise(
      "shields the publisher and the other receivers from one that throws",
      Effect.gen(function* () {
        const broker = yield* Broker
        const seen: Array<number> = []
        yield* broker.subscribeConversation("a", () => {
          throw new Error("planted")
        })
        yield* broker.subscribeConversation("a", ({ seq }) => seen.push(seq))
        broker.publish(announcement("a", 0))
        broker.publish(announcement("a", 1))
        expect(seen).toEqual([0, 1])
      }),
    )
  })
}
