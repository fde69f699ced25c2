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
import { layer as logIndexMemory } from "../../src/logIndex/LogIndexMemory.ts"
import { layer as snapshotStoreMemory } from "../../src/snapshot/SnapshotStoreMemory.ts"
import { about, ackOf, briefly, createGroup, edit, owner, readAll, send, stream } from "../entity/owner.ts"

const others = Layer.mergeAll(keyVaultMemory, brokerMemory, snapshotStoreMemory)

/** A node's store: its own index and live subscription, the log shared. */
const node = (url: string, prefix: string) =>
  Effect.map(
    Layer.build(
      Layer.fresh(eventStoreDb({ url: Redacted.make(url), prefix }).pipe(Layer.provide(logIndexMemory))),
    ),
    (parts) => Context.get(parts, EventStore),
  )

for (const [name, url] of servers())
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
