/** What several brokers promise together, each in a gateway of its own. `layer` gives another one each time it is built. */
import { type Announcement, Broker } from "@parley/runtime/Broker"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { eventually } from "../eventually.ts"

const full: Announcement = {
  conversation: "a",
  seq: 7,
  position: 4_711,
  frame: Buffer.from('{"text":"grüße"}'),
  sender: "ann",
  senderFrame: Buffer.from('{"text":"grüße","client_msg_id":"1"}'),
  about: 3,
  hiddenFrame: Buffer.from('{"hidden":true}'),
  rewrites: false,
  added: ["ben", "cid"],
  removed: ["dan"],
  trail: {
    accepted: { at: 1_764_547_200_000.25, by: "stream" },
    committedAt: 1_764_547_200_001.5,
    traceparent: "00-a",
  },
}
const bare = (conversation: string, seq: number): Announcement => ({
  conversation,
  seq,
  position: seq,
  frame: Buffer.from(`${conversation}/${seq}`),
})

type Brokers = readonly [Broker["Service"], Broker["Service"]]

export const brokersContract = (name: string, layer: Layer.Layer<Broker, unknown>): void => {
  const another = Effect.map(Layer.build(Layer.fresh(layer)), (context) =>
    Effect.provide(Broker, context),
  ).pipe(Effect.flatten)
  const promise = (
    title: string,
    body: (brokers: Brokers) => Effect.Effect<unknown, unknown, Scope.Scope>,
  ): void =>
    it.live(title, () =>
      Effect.flatMap(Effect.all([another, another]), (brokers) => body(brokers)).pipe(Effect.scoped),
    )

  describe(`brokers: ${name}`, () => {
    promise("what one publishes reaches the other as it was, once", ([here, there]) =>
      Effect.gen(function* () {
        const [near, far]: [Array<Announcement>, Array<Announcement>] = [[], []]
        yield* here.subscribeConversation("a", (one) => near.push(one))
        yield* there.subscribeConversation("a", (one) => far.push(one))
        here.publish(full)
        here.publish(bare("a", 8))
        yield* eventually(() => expect(far).toEqual([full, bare("a", 8)]))
        // Those published there come after all that Redis has sent back.
        there.publish(bare("a", 9))
        yield* eventually(() => expect(near.map(({ seq }) => seq)).toEqual([7, 8, 9]))
        expect(far.map(({ seq }) => seq)).toEqual([7, 8, 9])
      }),
    )
    promise("each says that it is not alone", (brokers) =>
      Effect.sync(() => expect(brokers.map(({ shared }) => shared)).toEqual([true, true])),
    )
    promise("the order of one gateway is the order at the others", ([here, there]) =>
      Effect.gen(function* () {
        const seen: Array<number> = []
        yield* there.subscribeConversation("a", ({ seq }) => seen.push(seq))
        const all = Array.from({ length: 500 }, (_, seq) => seq)
        for (const seq of all) here.publish(bare("a", seq))
        yield* eventually(() => expect(seen).toEqual(all))
      }),
    )
    promise("however many conversations there are, each is heard from the first on", ([here, there]) =>
      Effect.gen(function* () {
        const seen = new Set<string>()
        const all = Array.from({ length: 200 }, (_, index) => `conversation-${index}`)
        yield* Effect.all(
          all.map((one) => there.subscribeConversation(one, ({ conversation }) => seen.add(conversation))),
          { concurrency: "unbounded", discard: true },
        )
        for (const one of all) here.publish(bare(one, 0))
        yield* eventually(() => expect(seen.size).toBe(all.length))
      }),
    )
    promise("a user is told of his own being added and removed, and of nobody else's", ([here, there]) =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        yield* there.subscribeUser("ben", (change) => seen.push(change))
        here.publish({ ...bare("a", 1), added: ["ann", "ben"] })
        here.publish({ ...bare("b", 2), removed: ["ann"] })
        here.publish({ ...bare("c", 3), removed: ["ben"] })
        yield* eventually(() =>
          expect(seen).toEqual([
            { conversation: "a", seq: 1, position: 1, added: ["ben"] },
            { conversation: "c", seq: 3, position: 3, removed: ["ben"] },
          ]),
        )
      }),
    )
    promise("notes, hints and revocations reach those whom they concern, there too", ([here, there]) =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        yield* there.subscribeNotes("ben", (note) => seen.push(note))
        yield* there.subscribeHints(({ conversation, user }) => seen.push(`${user} in ${conversation}`))
        yield* there.subscribeConversation("a", () => seen.push("no announcement"))
        yield* there.subscribeRevocations((revocation) => seen.push(revocation))
        const note = { conversation: "a", frame: Buffer.from("{}"), exceptDevice: "phone" }
        const revocation = { user: "ann", device: "phone", position: 12 }
        here.tell({ ...note, users: ["ann", "ben"] })
        here.hint({ conversation: "b", user: "ann", frame: Buffer.from("{}") })
        here.hint({ conversation: "a", user: "ann", frame: Buffer.from("{}") })
        here.revoke(revocation)
        yield* eventually(() => expect(seen).toHaveLength(3))
        expect(seen).toEqual(expect.arrayContaining([{ ...note, users: ["ben"] }, "ann in a", revocation]))
      }),
    )
    promise(
      "arrivals of a user are heard where he is, in one order everywhere, one's own among them",
      ([here, there]) =>
        Effect.gen(function* () {
          const [near, far]: [Array<string>, Array<string>] = [[], []]
          for (const [broker, seen] of [
            [here, near],
            [there, far],
          ] as const) {
            yield* broker.subscribeUser("ann", () => seen.push("no arrival"))
            yield* broker.subscribeArrivals(({ device, session, user }) =>
              seen.push([user, device, session].join("/")),
            )
          }
          const arrival = (user: string, session: string) => ({ user, device: "phone", session })
          here.arrive(arrival("ben", "0"))
          for (let n = 0; n < 50; n++) {
            here.arrive(arrival("ann", `here-${n}`))
            there.arrive(arrival("ann", `there-${n}`))
          }
          yield* eventually(() => expect([near.length, far.length]).toEqual([100, 100]))
          expect(near).toEqual(far)
          expect(near).toContain("ann/phone/here-49")
        }),
    )
    promise("who has left hears nothing more, and who holds the same still does", ([here, there]) =>
      Effect.gen(function* () {
        const [gone, kept]: [Array<number>, Array<number>] = [[], []]
        const end = yield* there.subscribeConversation("a", ({ seq }) => gone.push(seq))
        yield* there.subscribeConversation("a", ({ seq }) => kept.push(seq))
        here.publish(bare("a", 0))
        yield* eventually(() => expect([gone, kept]).toEqual([[0], [0]]))
        end()
        end()
        here.publish(bare("a", 1))
        yield* eventually(() => expect([gone, kept]).toEqual([[0], [0, 1]]))
        const again = yield* there.subscribeConversation("b", ({ seq }) => gone.push(seq))
        again()
        yield* there.subscribeConversation("b", ({ seq }) => kept.push(seq))
        here.publish(bare("b", 2))
        yield* eventually(() => expect([gone, kept]).toEqual([[0], [0, 1, 2]]))
      }),
    )
  })
}
