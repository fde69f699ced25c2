/**
 * The composition root of one node with embedded parts, but for what may be lost, which may be shared: what the server is made of, from the disk up.
 *
 * Always true: parts stop in the reverse order, so that a connection is closed before what serves it, and the log last.
 */
import { layer as drift } from "@parley/projections/Drift"
import { layer as historyAndMembership } from "@parley/projections/models"
import { PushTargets } from "@parley/projections/push/targets/PushTargets"
import { layer as reads } from "@parley/projections/reading"
import { layer as singleNode } from "@parley/runtime/cluster/SingleNode"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversationEntity } from "@parley/runtime/conversation/conversationEntity"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import { DataDirectory, layer as dataDirectory } from "@parley/runtime/DataDirectory"
import { type EventStoreOptions, layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { keysMatchLog } from "@parley/runtime/keyVault/keysMatchLog"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import { layer as snapshots } from "@parley/runtime/snapshot/SnapshotStoreSqlite"
import { layer as userEntity } from "@parley/runtime/user/userEntity"
import { layer as users } from "@parley/runtime/UsersCluster"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccessTokens } from "./auth/AccessTokens.ts"
import { secretFile } from "./auth/secretFile.ts"
import { StreamTokens } from "./auth/StreamTokens.ts"
import type { Config } from "./Config.ts"
import type { Pressure } from "./limits/Pressure.ts"
import type { RateLimiter } from "./limits/RateLimiter.ts"
import { DevicePushes } from "./push/DevicePushes.ts"
import { pushing } from "./push/pushing.ts"
import { vapidFor } from "./push/sending.ts"
import { ReceiptCursors } from "./stream/receipts/ReceiptCursors.ts"
import type { SoftState } from "./SoftState.ts"
import { StreamServer } from "./stream/StreamServer.ts"

/** Not a setting: a test must show that its check for fsyncs notices when there are none. */
export type Durability = Pick<EventStoreOptions, "synchronous" | "allowNotDurable">

/** How long an entity stays awake after its last request. */
const maxIdleTime = "2 minutes"

/** The log, the keys, the entities, and the models behind the log. */
const runtime = (
  config: Config,
  path: (name: string) => string,
  softPorts: SoftState["ports"],
  durability: Durability,
) => {
  const log = path("events.db")
  const stores = Layer.mergeAll(
    eventStore({ file: log, ...durability }),
    keyVault({ file: path("keys.db"), masterKeyFile: config.masterKeyFile ?? path("master.key") }),
    softPorts,
  )
  const kept = Layer.provideMerge(snapshots({ file: path("snapshots.db") }), stores).pipe(
    Layer.merge(AwakeConversations.layer),
  )
  const entities = Layer.mergeAll(
    conversationEntity({ limits: config.limits, maxIdleTime }),
    userEntity({ maxIdleTime }),
  ).pipe(Layer.provideMerge(singleNode({ residentCap: config.residentEntities })))
  const models = historyAndMembership({ log, fileOf: (model) => path(`${model}.db`) })
  return Layer.mergeAll(conversations(), users).pipe(
    Layer.provideMerge(entities),
    Layer.provideMerge(Layer.provideMerge(Layer.merge(reads, drift), models)),
    Layer.provideMerge(kept),
  )
}

/** What holds people back and what may be lost: made before everything else, and shown by the operations port. */
export interface Made {
  readonly limiter: RateLimiter
  readonly pressure: Pressure
  readonly soft: SoftState
}

/** Everything but the ports. */
export const server = (config: Config, { limiter, pressure, soft }: Made, durability: Durability = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { path } = yield* DataDirectory
      yield* keysMatchLog(path("events.db"), path("keys.db"))
      const stream = config.streamSecret ?? (yield* secretFile(path("stream.secret")))
      const access = config.jwt.secret ?? (yield* secretFile(path("access.secret")))
      const { limits, allowedOrigins, trustedProxies } = config
      const { sheds } = pressure
      const vapid = yield* vapidFor(config, path)
      const { privateEndpoints } = config.push
      const devicePushes = DevicePushes.layer({
        ...(vapid === undefined ? {} : { vapidPublicKey: vapid.publicKey }),
        privateEndpoints,
      }).pipe(Layer.provide(PushTargets.layer(path("push-targets.db"))))
      return StreamServer.layer({
        limits,
        limiter,
        sheds,
        showPresence: config.presence,
        secret: stream,
        allowedOrigins,
        trustedProxies,
      }).pipe(
        Layer.provideMerge(Layer.merge(devicePushes, pushing(config, vapid, path("push.db")))),
        Layer.provideMerge(ReceiptCursors.layer(limits)),
        Layer.provideMerge(
          Layer.mergeAll(StreamTokens.layer(stream, soft.useOnce), AccessTokens.layer(config, access)),
        ),
        Layer.provideMerge(runtime(config, path, soft.ports, durability)),
      )
    }),
  ).pipe(Layer.provideMerge(dataDirectory(config.dataDir)))
