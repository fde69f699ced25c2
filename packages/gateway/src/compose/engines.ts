/**
 * What many processes keep together: the log in EventStoreDB, everything else that must last in Postgres.
 *
 * Always true: the same services as `embedded.ts`; which of them a process holds for the others follows from its role.
 */
import { layer as drift } from "@parley/projections/Drift"
import { layer as models } from "@parley/projections/postgres/models"
import { layer as pushQueue } from "@parley/projections/push/PushQueuePostgres"
import { layer as pushTargets } from "@parley/projections/push/targets/PushTargetsPostgres"
import { layer as reads } from "@parley/projections/reading"
import * as ManyNodes from "@parley/runtime/cluster/ManyNodes"
import type { PeerAuth } from "@parley/runtime/cluster/PeerAuth"
import { listenAt } from "@parley/runtime/cluster/peerSockets"
import { layer as runners } from "@parley/runtime/cluster/runnersPostgres"
import { layer as singleNode } from "@parley/runtime/cluster/SingleNode"
import { AwakeConversations } from "@parley/runtime/conversation/AwakeConversations"
import { layer as conversations } from "@parley/runtime/ConversationsCluster"
import { counted } from "@parley/runtime/eventStore/counted"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreDb"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultPostgres"
import { layer as logIndex } from "@parley/runtime/logIndex/LogIndexPostgres"
import { layer as postgres } from "@parley/runtime/postgres/Postgres"
import { poolSessions } from "@parley/runtime/postgres/sessions"
import { layer as snapshots } from "@parley/runtime/snapshot/SnapshotStorePostgres"
import { layer as users } from "@parley/runtime/UsersCluster"
import * as Layer from "effect/Layer"
import type { Config } from "../Config.ts"
import type { Engines } from "../engineSettings.ts"
import { queuePace } from "../push/pushing.ts"
import type { SoftState } from "../SoftState.ts"
import { entities } from "./entities.ts"
import type { Foundation, NoFoundation, Stores } from "./Foundation.ts"

const clusterOf = ({ residentEntities: residentCap }: Config, { cluster, database }: Engines) => {
  if (cluster === undefined) return singleNode({ residentCap })
  const { address, secret } = cluster
  const auth: PeerAuth = { _tag: "Secret", secret }
  const storage = runners({ url: database })
  return address === undefined
    ? ManyNodes.clientOnly({ auth, storage })
    : ManyNodes.runner({ address, listen: listenAt(address), auth, storage, residentCap })
}

/**
 * Who follows the log is sent its events, and keeps the log index as it goes. A runner waits for the index when it looks up what it does not
 * remember, and keeps it only when nobody else does; a gateway is told of messages by the broker.
 */
const ofTheLog = {
  all: { hears: "events", indexes: "steadily" },
  projector: { hears: "events", indexes: "steadily" },
  runner: { hears: "head", indexes: "onDemand" },
  gateway: { hears: "head", indexes: "never" },
} as const

/** One for everything of a process: a layer is built once for each place that names the same one. */
const databaseOf = ({ database }: Engines) => postgres({ url: database, maxConnections: poolSessions })

type Database = ReturnType<typeof databaseOf>

const storesOn = (
  database: Database,
  config: Config,
  engines: Engines,
  soft: SoftState["ports"],
): Layer.Layer<Stores, NoFoundation> => {
  const { eventStore: url, cluster, role } = engines
  const log = counted(eventStore({ url, ...ofTheLog[role] }).pipe(Layer.provide(logIndex)))
  const kept = Layer.mergeAll(
    snapshots.pipe(Layer.provideMerge(log)),
    keyVault({ masterKeyFile: config.masterKeyFile! }),
    soft,
    AwakeConversations.layer,
  ).pipe(Layer.provide(database))
  const holds = cluster === undefined || cluster.address !== undefined
  const held = holds ? entities(config.limits) : Layer.empty
  return Layer.mergeAll(conversations(), users).pipe(
    Layer.provideMerge(held.pipe(Layer.provideMerge(clusterOf(config, engines)))),
    Layer.provideMerge(kept),
  )
}

/** Who serves clients or follows the log reads from the models; a runner needs none of it. */
export const onEngines = (config: Config, engines: Engines, soft: SoftState["ports"]): Foundation => {
  const { role } = engines
  const read = Layer.merge(reads, drift).pipe(Layer.provideMerge(models(role !== "gateway")))
  const database = databaseOf(engines)
  return {
    runtime: read.pipe(
      Layer.provideMerge(storesOn(database, config, engines, soft)),
      Layer.provide(database),
    ),
    pushQueue: pushQueue(queuePace).pipe(Layer.provide(database)),
    pushTargets: pushTargets.pipe(Layer.provide(database)),
  }
}

/** Only what a runner needs. */
export const runnerOnEngines = (config: Config, engines: Engines, soft: SoftState["ports"]) =>
  storesOn(databaseOf(engines), config, engines, soft)
