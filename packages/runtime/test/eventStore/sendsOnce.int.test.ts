/** Entities over EventStoreDB: a send stands once, however often and through however many owners it comes, and however long ago it was. */
import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { it } from "@effect/vitest"
import { expect } from "vitest"
import { servers } from "@parley/testkit/contracts/eventStore/onEventStoreDb"
import { layer as brokerMemory } from "../../src/broker/BrokerMemory.ts"
import { EventStore } from "../../src/EventStore.ts"
import { layer as eventStoreDb } from "../../src/eventStore/EventStoreDb.ts"
import { layer as keyVaultMemory } from "../../src/keyVault/KeyVaultMemory.ts"
import { LogIndex } from "../../src/LogIndex.ts"
import { layer as logIndexMemory } from "../../src/logIndex/LogIndexMemory.ts"
import { layer as snapshotStoreMemory } from "../../src/snapshot/SnapshotStoreMemory.ts"
import { about, ackOf, briefly, createGroup, edit, owner, readAll, send, stream } from "../entity/owner.ts"

const others = Layer.mergeAll(keyVaultMemory, brokerMemory, snapshotStoreMemory)

/** A node's store: its own index and live subscription, the log shared. */
const node = (url: string, prefix: string, index = logIndexMemory) =>
  Effect.map(
    Layer.build(Layer.fresh(eventStoreDb({ url: Redacted.make(url), prefix }).pipe(Layer.provide(index)))),
    (parts) => Context.get(parts, EventStore),
  )

/** An index that tells how often it was asked for keys. */
const counted = (looks: { count: number }) =>
  Layer.effect(
    LogIndex,
    Effect.map(LogIndex, (index) => ({
      ...index,
      lookupKeys: (...asked: Parameters<typeof index.lookupKeys>) => {
        looks.count += 1
        return index.lookupKeys(...asked)
      },
    })),
  ).pipe(Layer.provide(logIndexMemory))

for (const [name, url] of servers()) {
  it.live(
    `on ${name}, a key is looked up only once its owner has forgotten some, and a repeat is one on both sides of that line`,
    () =>
      Effect.gen(function* () {
        const looks = { count: 0 }
        const store = yield* node(url(), `l${randomBytes(6).toString("hex")}-`, counted(looks))
        const sends = 2_300
        const anOwner = owner.pipe(Effect.provideService(EventStore, store))
        const one = yield* anOwner
        yield* one.ask(createGroup("ann", "bob"))
        const acks: Array<ReturnType<typeof ackOf>> = []
        for (let n = 0; n < sends; n += 100) {
          const batch = yield* Effect.forEach(
            Array.from({ length: 100 }, (_, at) => n + at),
            (k) => one.ask(send("ann", `k${k}`, `text ${k}`)),
            { concurrency: "unbounded" },
          )
          acks.push(...batch.map(ackOf))
          if (n < 1_900) expect(looks.count).toBe(0)
        }
        expect(looks.count).toBeGreaterThan(0)
        expect(acks.map(({ seq }) => seq)).toEqual(Array.from({ length: sends }, (_, n) => n + 1))
        const other = yield* anOwner
        for (const { ask } of [one, other]) {
          for (const n of [0, 999, 1_999, 2_000, sends - 1]) {
            const again = ackOf(yield* ask(send("ann", `k${n}`, `text ${n}`)))
            expect(again).toEqual({ ...acks[n]!, duplicate: true })
            expect(briefly(yield* ask(send("ann", `k${n}`, "another")))).toBe("idempotency_mismatch")
          }
        }
        const fresh = ackOf(yield* (yield* anOwner).ask(send("ann", "new", "new")))
        expect(fresh).toMatchObject({ seq: sends + 1, duplicate: false })
      }).pipe(Effect.provide(others)),
  )

  it.live(`on ${name}, two owners, keys beyond the window, and commands about old messages`, () =>
    Effect.gen(function* () {
      const prefix = `o${randomBytes(6).toString("hex")}-`
      const [here, there] = [yield* node(url(), prefix), yield* node(url(), prefix)]
      const one = yield* owner.pipe(Effect.provideService(EventStore, here))
      yield* one.ask(createGroup("ann", "bob"))
      // More than the window of an entity's state holds for sure.
      const sent = yield* Effect.forEach(
        Array.from({ length: 2_100 }, (_, n) => n),
        (n) => one.ask(send("ann", `k${n}`, `text ${n}`)),
        { concurrency: "unbounded" },
      )
      const acks = sent.map(ackOf)
      expect(new Set(acks.map(({ seq }) => seq)).size).toBe(2_100)

      const other = yield* owner.pipe(Effect.provideService(EventStore, there))
      const fresh = Array.from({ length: 6 }, (_, n) => send("ann", `new${n}`, "hello"))
      const old = [0, 1, 50].map((n) => send("ann", `k${n}`, `text ${n}`))
      const answers = yield* Effect.forEach(
        [one, other],
        (loop) =>
          Effect.forEach([...fresh, ...old, ...fresh], (request) => loop.ask(request), {
            concurrency: "unbounded",
          }),
        { concurrency: "unbounded" },
      )
      const seqs = answers.map((list) => list.map((answer) => ackOf(answer).seq))
      expect(seqs[0]).toEqual(seqs[1])
      expect(seqs[0]!.slice(6, 9)).toEqual([0, 1, 50].map((n) => acks[n]!.seq))
      expect(seqs[0]!.slice(9)).toEqual(seqs[0]!.slice(0, 6))
      // Another text under an old key is another message's key, and no message.
      expect(briefly(yield* other.ask(send("ann", "k7", "another text")))).toBe("idempotency_mismatch")

      // About messages that no state remembers: their events and marks are looked up.
      const id = acks[3]!.message_id
      const reacted = yield* Effect.forEach(
        [one, other],
        (loop) => loop.ask(about("AddReaction", "bob", id)),
        {
          concurrency: "unbounded",
        },
      )
      expect(new Set(reacted.map(briefly)).size).toBe(1)
      yield* one.ask(edit("ann", id, "edited"))
      expect(briefly(yield* other.ask(about("AddReaction", "bob", id)))).toBe(briefly(reacted[0]!))

      const standing = yield* readAll.pipe(Effect.provideService(EventStore, there))
      const types = Map.groupBy(standing, ({ type }) => type)
      expect(types.get("MessageSent")).toHaveLength(2_106)
      expect(types.get("ReactionAdded")).toHaveLength(1)
      expect(types.get("MessageEdited")).toHaveLength(1)
      expect(standing.every((event) => event.stream === stream)).toBe(true)
    }).pipe(Effect.provide(others)),
  )
}
