/** What one process keeps in files of its own: the log, the keys, the entities' states, the models behind the log, pushes that wait. */
import { layer as drift } from "@parley/projections/Drift"
import { layer as historyAndMembership } from "@parley/projections/models"
import { layer as pushQueue } from "@parley/projections/push/PushQueueSqlite"
import { PushTargets } from "@parley/projections/push/targets/PushTargets"
import { layer as reads } from "@parley/projections/reading"
import { layer as singleNode } from "@parley/runtime/cluster/SingleNode"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import { type EventStoreOptions, layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { keysMatchLog } from "@parley/runtime/keyVault/keysMatchLog"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import { layer as snapshots } from "@parley/runtime/snapshot/SnapshotStoreSqlite"
import { layer as users } from "@parley/runtime/UsersCluster"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Config } from "../Config.ts"
import { queuePace } from "../push/pushing.ts"
import type { SoftState } from "../SoftState.ts"
import { entities } from "./entities.ts"
import type { Foundation } from "./Foundation.ts"

/** Not a setting: a test must show that its check for fsyncs notices when there are none. */
export type Durability = Pick<EventStoreOptions, "synchronous" | "allowNotDurable">

export const embedded = (
  config: Config,
  path: (name: string) => string,
  soft: SoftState["ports"],
  durability: Durability,
): Foundation => {
  const log = path("events.db")
  const stores = Layer.mergeAll(
    eventStore({ file: log, ...durability }),
    keyVault({ file: path("keys.db"), masterKeyFile: config.masterKeyFile ?? path("master.key") }),
    soft,
  )
  const kept = Layer.provideMerge(snapshots({ file: path("snapshots.db") }), stores).pipe(
    Layer.merge(AwakeConversations.layer),
  )
  const cluster = singleNode({ residentCap: config.residentEntities })
  const models = historyAndMembership({ log, fileOf: (model) => path(`${model}.db`) })
  const runtime = Layer.mergeAll(conversations(), users).pipe(
    Layer.provideMerge(entities(config.limits).pipe(Layer.provideMerge(cluster))),
    Layer.provideMerge(Layer.provideMerge(Layer.merge(reads, drift), models)),
    Layer.provideMerge(kept),
  )
  return {
    runtime: Layer.unwrap(Effect.as(keysMatchLog(log, path("keys.db")), runtime)),
    pushQueue: pushQueue({ ...queuePace, file: path("push.db") }),
    pushTargets: PushTargets.layer(path("push-targets.db")),
  }
}
