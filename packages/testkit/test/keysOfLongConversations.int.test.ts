/**
 * A conversation on EventStoreDB that outgrows what its owner remembers: its first 2,000 keys are known to be new without a look, later ones are looked
 * up. On both sides of that line, and for an owner who has just read it all, a repeat is a repeat.
 */
import { randomBytes } from "node:crypto"
import type { Sent } from "@parley/domain/conversation/commands"
import { defaultLimits } from "@parley/domain/limits"
import { Broker } from "@parley/runtime/Broker"
import { layer as brokerMemory } from "@parley/runtime/broker/BrokerMemory"
import type { ConversationRequest } from "@parley/runtime/Conversations"
import { conversationLines } from "@parley/runtime/conversation/linesOf"
import { conversationAggregate } from "@parley/runtime/conversation/conversationAggregate"
import { conversationStream } from "@parley/runtime/conversation/protocol"
import { makeLoop } from "@parley/runtime/entity/makeLoop"
import { LogIndex } from "@parley/runtime/LogIndex"
import { layer as logIndexMemory } from "@parley/runtime/logIndex/LogIndexMemory"
import { layer as eventStoreDb } from "@parley/runtime/eventStore/EventStoreDb"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVaultMemory } from "@parley/runtime/keyVault/KeyVaultMemory"
import { layer as snapshotStoreMemory } from "@parley/runtime/snapshot/SnapshotStoreMemory"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { servers } from "../src/contracts/eventStore/onEventStoreDb.ts"

const conversation = "cnv_01jdffffffffffffffffffffff"
/** In the adapter's window of keys and beyond it. */
const sends = 2_300
const origin = { actor: "ann", correlation: "req_1" }

const send = (clientMsgId: string, text: string): ConversationRequest => ({
  _tag: "SendMessage",
  origin,
  clientMsgId,
  body: { text },
})

const owner = Effect.gen(function* () {
  const aggregate = conversationAggregate({
    id: conversation,
    vault: yield* KeyVault,
    broker: yield* Broker,
    limits: defaultLimits,
    now: () => 1_000,
  })
  const loop = yield* makeLoop(conversationStream(conversation), aggregate)
  return (request: ConversationRequest) =>
    Effect.map(loop.ask(request), (reply) =>
      reply._tag === "Rejected" ? reply.rejection.code : (reply.answer as Sent),
    )
})

/** How often the index was asked for keys. */
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

for (const [name, url] of servers())
  it.live(
    `a repeat is known however long ago it was sent, and a new key is looked up once the owner has forgotten some (${name})`,
    () => {
      const looks = { count: 0 }
      const store = Layer.suspend(() =>
        eventStoreDb({
          url: Redacted.make(url()),
          prefix: `t${randomBytes(6).toString("hex")}-`,
          lines: conversationLines,
        }),
      ).pipe(Layer.provide(counted(looks)))
      return Effect.gen(function* () {
        const one = yield* owner
        yield* one({ _tag: "CreateDirect", origin, partner: "bob" })
        const acks: Array<Sent> = []
        for (let n = 0; n < sends; n += 100) {
          const keys = Array.from({ length: 100 }, (_, at) => `k${n + at}`)
          const batch = yield* Effect.forEach(keys, (key) => one(send(key, `text of ${key}`)), {
            concurrency: "unbounded",
          })
          acks.push(...(batch as ReadonlyArray<Sent>))
          if (n < 1_900) expect(looks.count).toBe(0)
        }
        expect(looks.count).toBeGreaterThan(0)
        expect(acks.map(({ seq }) => seq)).toEqual(Array.from({ length: sends }, (_, n) => n + 1))
        for (const ask of [one, yield* owner]) {
          for (const n of [0, 999, 1_999, 2_000, sends - 1]) {
            const again = yield* ask(send(`k${n}`, `text of k${n}`))
            expect(again).toEqual({ ...acks[n]!, duplicate: true })
            expect(yield* ask(send(`k${n}`, "another"))).toBe("idempotency_mismatch")
          }
        }
        const other = yield* owner
        expect(yield* other(send("new", "new"))).toMatchObject({ seq: sends + 1, duplicate: false })
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.mergeAll(store, keyVaultMemory, brokerMemory, snapshotStoreMemory)),
      )
    },
    60_000,
  )
