/**
 * A gateway on a port of its own, HTTP and stream, over the real entities and read models, all in memory.
 *
 * Always true: what a test asks goes over a socket, as anybody's request does.
 */
import { layerMemory as models } from "@parley/projections/models"
import { PushTargets } from "@parley/projections/push/targets/PushTargets"
import { layer as reads } from "@parley/projections/reading"
import { layer as broker } from "@parley/runtime/broker/BrokerMemory"
import { layer as singleNode } from "@parley/runtime/cluster/SingleNode"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversationEntity } from "@parley/runtime/conversation/conversationEntity"
import {
  type ConversationReply,
  type ConversationRequest,
  Conversations,
} from "@parley/runtime/Conversations"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultMemory"
import { Presence } from "@parley/runtime/Presence"
import { layerAt as presenceAt } from "@parley/runtime/presence/PresenceMemory"
import { layer as snapshots } from "@parley/runtime/snapshot/SnapshotStoreMemory"
import { layer as userEntity } from "@parley/runtime/user/userEntity"
import { layer as users } from "@parley/runtime/UsersCluster"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { AccessTokens } from "../../src/auth/AccessTokens.ts"
import { StreamTokens } from "../../src/auth/StreamTokens.ts"
import { type Config, readConfig } from "../../src/Config.ts"
import { makeListener } from "../../src/http/HttpApi.ts"
import { listen, makeServer } from "../../src/http/listen.ts"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"
import type { RateStore } from "../../src/limits/RateStore.ts"
import type { Sheds } from "../../src/limits/shedOrder.ts"
import { DevicePushes } from "../../src/push/DevicePushes.ts"
import { ReceiptCursors } from "../../src/stream/receipts/ReceiptCursors.ts"
import type { StreamCounters } from "../../src/stream/StreamCounters.ts"
import { StreamServer } from "../../src/stream/StreamServer.ts"

export const secret = "an access secret of thirty-two bytes"

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The clock of who is there, in milliseconds; time's own by default. */
  readonly presenceNow?: () => number
  /** In place of the entities. */
  readonly ask?: Conversations["Service"]["ask"]
  /** In place of the buckets in memory. */
  readonly rates?: RateStore
  readonly sheds?: Sheds
}

export interface TestApp {
  readonly url: string
  readonly port: number
  /** Lines of the server's own log, as one text. */
  readonly log: () => string
  /** Asks a conversation itself: thousands at once, where as many requests would keep the test's own client busy. */
  readonly ask: (conversation: string, request: ConversationRequest) => Promise<ConversationReply>
  /** The end of the event log. */
  readonly head: () => number
  /** The streams of the events after this place in the event log. */
  readonly streamsSince: (position: number) => ReadonlyArray<string>
  /** A person's devices in the foreground. */
  readonly foreground: (user: string) => Promise<ReadonlyArray<string>>
  readonly counters: StreamCounters
  readonly close: () => Promise<void>
}

const logOf = (store: EventStore["Service"]) => ({
  readAll: (read: {
    readonly from: number
    readonly limit: number
    readonly prefixes?: ReadonlyArray<string>
  }) => Effect.runSync(store.readAll({ direction: "forward", ...read })),
  headPosition: () => Effect.runSync(store.headPosition),
  epoch: () => store.epoch,
})

const streamSecret = Redacted.make("a stream secret of thirty-two bytes")

const parts = (
  config: Config,
  limiter: RateLimiter,
  { presenceNow, sheds }: Pick<TestAppOptions, "presenceNow" | "sheds">,
) => {
  const { allowedOrigins, limits, trustedProxies } = config
  const kept = Layer.mergeAll(
    eventStore,
    keyVault,
    broker,
    presenceAt(presenceNow),
    snapshots,
    AwakeConversations.layer,
  )
  const entities = Layer.mergeAll(
    conversationEntity({ limits, maxIdleTime: "1 minute" }),
    userEntity({ maxIdleTime: "1 minute" }),
  ).pipe(Layer.provideMerge(singleNode({ residentCap: 100_000 })))
  return StreamServer.layer({
    limits,
    limiter,
    showPresence: config.presence,
    secret: streamSecret,
    allowedOrigins,
    trustedProxies,
    ...(sheds === undefined ? {} : { sheds }),
  }).pipe(
    Layer.provideMerge(
      DevicePushes.layer({
        vapidPublicKey: "a public key",
        privateEndpoints: config.push.privateEndpoints,
      }).pipe(Layer.provide(PushTargets.layer(":memory:"))),
    ),
    Layer.provideMerge(ReceiptCursors.layer(limits)),
    Layer.provideMerge(
      Layer.mergeAll(StreamTokens.layer(streamSecret), AccessTokens.layer(config, Redacted.make(secret))),
    ),
    Layer.provideMerge(Layer.mergeAll(conversations(), users)),
    Layer.provideMerge(entities),
    Layer.provideMerge(Layer.provideMerge(reads, models(logOf))),
    Layer.provideMerge(kept),
  )
}

export const startApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const config = readConfig({ PARLEY_JWT_SECRET: secret, PARLEY_DEV_LOGIN: "true", ...options.env })
  const scope = await Effect.runPromise(Scope.make())
  const lines: Array<string> = []
  const logger = Logger.layer([Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))])
  const limiter = new RateLimiter(config.limits, options.rates)
  const { port, store, asked, presence, counters } = await Effect.runPromise(
    Effect.gen(function* () {
      const built = yield* Layer.buildWithScope(Layer.merge(parts(config, limiter, options), logger), scope)
      const { ask } = options
      const context = ask === undefined ? built : Context.add(built, Conversations, { ask })
      const server = Effect.flatMap(makeListener(config, limiter), makeServer)
      const http = yield* server.pipe(Scope.provide(scope), Effect.provide(context))
      yield* Context.get(context, StreamServer).attach(http).pipe(Scope.provide(scope))
      return {
        port: yield* listen(http, "127.0.0.1", 0),
        store: Context.get(built, EventStore),
        presence: Context.get(built, Presence),
        asked: Context.get(context, Conversations).ask,
        counters: Context.get(context, StreamServer).counters,
      }
    }),
  )
  const log = logOf(store)
  return {
    url: `http://127.0.0.1:${port}`,
    counters,
    port,
    log: () => lines.join("\n"),
    ask: (conversation, request) => Effect.runPromise(asked(conversation, request)),
    head: log.headPosition,
    streamsSince: (position) => log.readAll({ from: position + 1, limit: 1_000 }).map(({ stream }) => stream),
    foreground: (user) => Effect.runPromise(presence.foreground(user)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}
