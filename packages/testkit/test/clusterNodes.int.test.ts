/** Runners, and a node that only asks, over real sockets in one process, on one store that all of them share. */
import { defaultLimits } from "@parley/domain/limits"
import type { Broker } from "@parley/runtime/Broker"
import { layer as broker } from "@parley/runtime/broker/BrokerMemory"
import * as ManyNodes from "@parley/runtime/cluster/ManyNodes"
import type { PeerAuth } from "@parley/runtime/cluster/PeerAuth"
import type { Place } from "@parley/runtime/cluster/peerSockets"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversationEntity } from "@parley/runtime/conversation/conversationEntity"
import { Conversations } from "@parley/runtime/Conversations"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import type { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import type { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultMemory"
import type { SnapshotStore } from "@parley/runtime/SnapshotStore"
import { layer as snapshots } from "@parley/runtime/snapshot/SnapshotStoreMemory"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import { freePort } from "@parley/runtime/freePort"
import { eventually } from "../src/eventually.ts"
import { selfSigned } from "../src/push/selfSigned.ts"
import { relayTo } from "../src/relay.ts"

const secretOf = (text: string): PeerAuth => ({ _tag: "Secret", secret: Redacted.make(text) })
/** One for all nodes, which is its own authority. */
const certificates = (): PeerAuth => {
  const { key, cert: certificate } = selfSigned()
  return { _tag: "Certificates", key: Redacted.make(key), certificate, authority: certificate }
}

/** Over several shards. */
const ids = Array.from({ length: 12 }, (_, i) => `cnv_${String(i).padStart(26, "0")}`)

type Shared = EventStore | KeyVault | Broker | SnapshotStore | RunnerStorage.RunnerStorage
const shared: Layer.Layer<Shared> = Layer.mergeAll(
  eventStore,
  keyVault,
  broker,
  snapshots,
  RunnerStorage.layerMemory,
)

/** The test's own, for all nodes. */
const storage = Layer.effect(RunnerStorage.RunnerStorage, RunnerStorage.RunnerStorage)

const asking = conversations("2 seconds").pipe(Layer.provide(AwakeConversations.layer))

const started = Effect.fnUntraced(function* <E>(
  node: Layer.Layer<Conversations, E, Shared>,
): Effect.fn.Return<
  { readonly conversations: Conversations["Service"]; readonly stop: Effect.Effect<void> },
  E,
  Shared | Scope.Scope
> {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const built = yield* Layer.buildWithScope(Layer.fresh(node), scope)
  return { conversations: Context.get(built, Conversations), stop: Scope.close(scope, Exit.void) }
})

const onThisMachine = Effect.map(
  Effect.promise(() => freePort()),
  (port) => ({ host: "127.0.0.1", port }),
)

/** @param listen where it is behind a relay; peers dial `address`. */
const runner = Effect.fnUntraced(function* (auth: PeerAuth, address?: Place, listen?: Place) {
  address ??= yield* onThisMachine
  const entities = conversationEntity({ limits: defaultLimits, maxIdleTime: "1 minute" })
  return yield* started(
    Layer.merge(conversations(), entities).pipe(
      Layer.provide(
        ManyNodes.runner({ address, listen: listen ?? address, auth, storage, residentCap: 1_000 }),
      ),
      Layer.provide(AwakeConversations.layer),
    ),
  )
})

const gateway = (auth: PeerAuth) =>
  started(asking.pipe(Layer.provide(ManyNodes.clientOnly({ auth, storage }))))

/** As a client does: a send that nobody answers for is sent again, with the same key. */
const insistently = Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 200 })

const origin = { actor: "ann", correlation: "req_1" }

const create = ({ conversations: { ask } }: { conversations: Conversations["Service"] }, id: string) =>
  insistently(ask(id, { _tag: "CreateDirect", origin, partner: "bob" }))

const send = (
  { conversations: { ask } }: { conversations: Conversations["Service"] },
  id: string,
  text: string,
) => insistently(ask(id, { _tag: "SendMessage", origin, clientMsgId: text, body: { text } }))

const sent = (seq: number, duplicate: boolean) => ({
  _tag: "Answered",
  answer: { _tag: "Sent", seq, duplicate },
})

describe("a cluster of many nodes", () => {
  it.live(
    "a node that only asks is answered by whichever runner holds the conversation; when one leaves, another goes on where it was",
    () =>
      Effect.gen(function* () {
        const known = secretOf("a secret of the cluster, long enough")
        const [first, second] = [yield* runner(known), yield* runner(known)]
        const asker = yield* gateway(known)
        for (const id of ids) {
          expect(yield* create(asker, id)).toMatchObject({ answer: { _tag: "Created", created: true } })
          expect(yield* send(asker, id, "one")).toMatchObject(sent(1, false))
        }
        // Runners ask each other as well.
        for (const id of ids) expect(yield* send(second, id, "two")).toMatchObject(sent(2, false))
        yield* first.stop
        for (const id of ids) {
          expect(yield* send(asker, id, "two")).toMatchObject(sent(2, true))
          expect(yield* send(asker, id, "three")).toMatchObject(sent(3, false))
        }
      }).pipe(Effect.scoped, Effect.provide(shared)),
  )

  it.live(
    "[I5] what one node asks of a conversation without waiting is decided in the order of asking, also while its runner leaves",
    () =>
      Effect.gen(function* () {
        const known = secretOf("a secret of the cluster, long enough")
        const [first] = [yield* runner(known), yield* runner(known)]
        const asker = yield* gateway(known)
        for (const id of ids) yield* create(asker, id)
        /** The seq of each, in the order of asking; absent where it was refused. */
        const burst = (id: string, name: string) =>
          Effect.forEach(
            Array.from({ length: 20 }, (_, n) => `${name} ${n}`),
            (text) =>
              asker.conversations
                .ask(id, { _tag: "SendMessage", origin, clientMsgId: text, body: { text } })
                .pipe(
                  Effect.map((reply) =>
                    reply._tag === "Answered" && reply.answer._tag === "Sent" ? reply.answer.seq : undefined,
                  ),
                  Effect.orElseSucceed(() => undefined),
                ),
            { concurrency: "unbounded" },
          )
        const leaving = yield* Effect.forkScoped(first.stop)
        const rounds = yield* Effect.forEach(
          ids,
          (id) =>
            Effect.all([burst(id, "now"), Effect.delay(burst(id, "then"), "100 millis")], { concurrency: 2 }),
          { concurrency: "unbounded" },
        )
        yield* Fiber.join(leaving)
        for (const [now, then] of rounds) {
          const stand = [...now, ...then].filter((seq) => seq !== undefined)
          expect(stand).toEqual(stand.toSorted((a, b) => a - b))
        }
      }).pipe(Effect.scoped, Effect.provide(shared)),
  )

  it.live(
    "what was dialled into a network that was cut is given up: healed, whoever asks is answered",
    () =>
      Effect.gen(function* () {
        const known = secretOf("a secret of the cluster, long enough")
        const listen = yield* onThisMachine
        const between = yield* relayTo(listen.port)
        yield* runner(known, { host: "127.0.0.1", port: between.port }, listen)
        const asker = yield* gateway(known)
        yield* create(asker, ids[0]!)
        between.cut()
        between.hangUp()
        const asked = yield* Effect.forkScoped(send(asker, ids[0]!, "into the cut"))
        const before = between.dialled()
        yield* eventually(() => expect(between.dialled()).toBeGreaterThan(before))
        between.heal()
        expect(yield* Fiber.join(asked)).toMatchObject(sent(1, false))
        expect(yield* send(asker, ids[0]!, "after it")).toMatchObject(sent(2, false))
      }).pipe(Effect.scoped, Effect.provide(shared)),
    60_000,
  )

  for (const [how, known, unknown] of [
    ["the secret", secretOf("a secret of the cluster, long enough"), secretOf("a secret of somebody else")],
    ["its certificate", certificates(), certificates()],
  ] as const)
    it.live(`a node is known by ${how}; who has another asks in vain, and holds up nobody`, () =>
      Effect.gen(function* () {
        yield* runner(known)
        const [asker, stranger] = [yield* gateway(known), yield* gateway(unknown)]
        expect(yield* create(asker, ids[0]!)).toMatchObject({ answer: { created: true } })
        const refused = yield* Effect.flip(
          stranger.conversations.ask(ids[1]!, { _tag: "CreateDirect", origin, partner: "bob" }),
        )
        expect(refused).toMatchObject({ _tag: "Unavailable", reason: "no runner answers" })
        expect(yield* send(asker, ids[0]!, "still here")).toMatchObject(sent(1, false))
      }).pipe(Effect.scoped, Effect.provide(shared)),
    )
})
