/**
 * The cluster of many processes: runners hold the shards and talk over sockets, gateways only ask. No message is persisted (the log
 * persists, and the entities dedupe).
 *
 * Always true: a shard lock only saves work. A runner that was paused and wakes up still believes in its shards; the expected revision
 * is what keeps it from writing.
 */
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import type * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SocketRunner from "effect/cluster/SocketRunner"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import type { SocketServerError } from "effect/socket/SocketServer"
import { shardTimes } from "./runnersPostgres.ts"
import type { PeerAuth } from "./PeerAuth.ts"
import { dialling, listening, type Place } from "./peerSockets.ts"

/** Larger than any request: frames are at most 256 KiB, groups of 10,000 members about 1 MiB. */
const maxFrameBytes = 4 * 1_048_576

const serialization = RpcSerialization.layerSchemaBinary({ maxFrameSize: maxFrameBytes })

const placeOf = ({ host, port }: Place) => Option.some(RunnerAddress.make(host, port))

/** Where runners and their shards are written down. */
type Storage<E, R> = Layer.Layer<RunnerStorage, E, R | ShardingConfig.ShardingConfig>

/** A node that holds shards. Peers dial `address`; it listens at `listen`, by default the same. */
export const runner = <E, R>(options: {
  readonly address: Place
  readonly listen?: Place
  readonly auth: PeerAuth
  readonly storage: Storage<E, R>
  /** As in `SingleNode`. */
  readonly residentCap: number
}): Layer.Layer<
  Sharding.Sharding | ShardingConfig.ShardingConfig,
  E | SocketServerError,
  Exclude<R, ShardingConfig.ShardingConfig>
> => {
  const { address, listen = address, auth, residentCap, storage } = options
  return SocketRunner.layer.pipe(
    Layer.provide(RunnerHealth.layerPing.pipe(Layer.provide(Runners.layerRpc))),
    Layer.provide([listening(listen, auth), dialling(auth), MessageStorage.layerNoop, storage]),
    Layer.provide(serialization),
    Layer.provideMerge(
      ShardingConfig.layer({
        ...shardTimes,
        runnerAddress: placeOf(address),
        runnerListenAddress: placeOf(listen),
        simulateRemoteSerialization: false,
        maxResidentEntities: residentCap,
        entityMailboxCapacity: 4_096,
      }),
    ),
  )
}

/** A node that only asks. */
export const clientOnly = <E, R>({
  auth,
  storage,
}: {
  readonly auth: PeerAuth
  readonly storage: Storage<E, R>
}): Layer.Layer<
  Sharding.Sharding | ShardingConfig.ShardingConfig,
  E,
  Exclude<R, ShardingConfig.ShardingConfig>
> =>
  SocketRunner.layerClientOnly.pipe(
    Layer.provide([dialling(auth), MessageStorage.layerNoop, storage]),
    Layer.provide(serialization),
    Layer.provideMerge(ShardingConfig.layer({ ...shardTimes, runnerAddress: Option.none() })),
  )
