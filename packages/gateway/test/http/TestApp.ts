/**
 * The HTTP half of a gateway on a port of its own, over the real entities and read models, all in memory.
 *
 * Always true: what a test asks goes over a socket, as anybody's request does.
 */
import { layerMemory as models } from "@parley/projections/models"
import { layer as reads } from "@parley/projections/Reads"
import { layer as broker } from "@parley/runtime/broker/BrokerMemory"
import { layer as singleNode } from "@parley/runtime/cluster/SingleNode"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversationEntity } from "@parley/runtime/conversation/conversationEntity"
import { Conversations } from "@parley/runtime/Conversations"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import type { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultMemory"
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

export const secret = "an access secret of thirty-two bytes"

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>
  /** In place of the entities. */
  readonly ask?: Conversations["Service"]["ask"]
}

export interface TestApp {
  readonly url: string
  readonly port: number
  /** Lines of the log, as one text. */
  readonly log: () => string
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

const parts = (config: Config) => {
  const kept = Layer.mergeAll(eventStore, keyVault, broker, snapshots, AwakeConversations.layer)
  const entities = Layer.mergeAll(
    conversationEntity({ limits: config.limits, maxIdleTime: "1 minute" }),
    userEntity({ maxIdleTime: "1 minute" }),
  ).pipe(Layer.provideMerge(singleNode({ residentCap: 1_000 })))
  return Layer.mergeAll(
    StreamTokens.layer(Redacted.make("a stream secret of thirty-two bytes")),
    AccessTokens.layer(config, Redacted.make(secret)),
  ).pipe(
    Layer.provideMerge(Layer.mergeAll(conversations, users)),
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
  const port = await Effect.runPromise(
    Effect.gen(function* () {
      const built = yield* Layer.buildWithScope(Layer.merge(parts(config), logger), scope)
      const { ask } = options
      const context = ask === undefined ? built : Context.add(built, Conversations, { ask })
      const server = Effect.flatMap(makeListener(config, new RateLimiter(config.limits)), makeServer)
      return yield* listen(yield* server.pipe(Scope.provide(scope), Effect.provide(context)), "127.0.0.1", 0)
    }),
  )
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    log: () => lines.join("\n"),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}
