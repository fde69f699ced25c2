/**
 * The cluster of one process: every shard is here, nothing is sent over a network, no message is persisted (the log persists, and
 * the entities dedupe).
 */
import * as Layer from "effect/Layer"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as Runners from "effect/cluster/Runners"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"

/**
 * @param residentCap entities kept awake at once (about 15 KB each and their state); beyond it a sleeping one answers `Unavailable`
 *   until others have gone to sleep.
 */
export const layer = (options: {
  readonly residentCap: number
}): Layer.Layer<Sharding.Sharding | ShardingConfig.ShardingConfig> =>
  Sharding.layer.pipe(
    Layer.provide(Runners.layerNoop),
    Layer.provide(MessageStorage.layerNoop),
    Layer.provide([RunnerStorage.layerMemory, RunnerHealth.layerNoop]),
    Layer.provideMerge(
      ShardingConfig.layer({
        simulateRemoteSerialization: false,
        maxResidentEntities: options.residentCap,
        entityMailboxCapacity: 4_096,
        entityTerminationTimeout: "3 seconds",
      }),
    ),
  )
