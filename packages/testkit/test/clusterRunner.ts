/** A runner of a cluster as a process of its own: says on its output, one line each, how many shards it has, whenever that changes. */
import { layer as runners, shardTimes } from "@parley/runtime/cluster/runnersPostgres"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import * as ShardId from "effect/cluster/ShardId"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"

const [url = "", schema = "", port = "", shards = ""] = process.argv.slice(2)

const cluster = Sharding.layer.pipe(
  Layer.provide(Runners.layerNoop),
  Layer.provide([MessageStorage.layerNoop, RunnerHealth.layerNoop]),
  Layer.provide(runners({ url: Redacted.make(url), schema })),
  Layer.provide(
    ShardingConfig.layer({
      ...shardTimes,
      shardsPerGroup: Number(shards),
      runnerAddress: Option.some(RunnerAddress.make("127.0.0.1", Number(port))),
    }),
  ),
)

const ids = Array.from({ length: Number(shards) }, (_, index) => ShardId.make("default", index + 1))

const watching = Effect.gen(function* () {
  const sharding = yield* Sharding.Sharding
  let before = -1
  while (true) {
    const held = ids.filter((id) => sharding.hasShardId(id)).length
    if (held !== before) process.stdout.write(`${held}\n`)
    before = held
    yield* Effect.sleep("50 millis")
  }
})

await Effect.runPromise(Effect.provide(watching, cluster))
