/**
 * Serving: both ports open, until the process is told to stop.
 *
 * Always true: `ready` is called when the server really answers; stopping takes new connections no more, tells clients to come back,
 * and closes everything in order.
 */
import { ModelsStats } from "@parley/projections/models"
import { EventStore } from "@parley/runtime/EventStore"
import { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Sharding } from "effect/cluster/Sharding"
import { type Durability, server } from "./compose.ts"
import type { Config } from "./Config.ts"
import { makeListener } from "./http/HttpApi.ts"
import { listen, makeServer } from "./http/listen.ts"
import { RateLimiter } from "./limits/RateLimiter.ts"
import { logging } from "./logging.ts"
import { gaugesOf, readinessOf } from "./ops/gauges.ts"
import { opsListener } from "./ops/OpsServer.ts"
import { StreamServer } from "./stream/StreamServer.ts"

/** Over how much time clients are asked to come back after a restart. */
const drainSpreadMs = 3_000

export const serve = Effect.fnUntraced(function* (
  config: Config,
  /** Completes when the process is told to stop. */
  stop: Deferred.Deferred<void>,
  ready: (address: string) => void,
  durability: Durability = {},
) {
  const limiter = new RateLimiter(config.limits)
  yield* Effect.gen(function* () {
    const [stream, store, sharding] = [yield* StreamServer, yield* EventStore, yield* Sharding]
    const api = yield* makeServer(yield* makeListener(config, limiter))
    stream.attach(api)
    let position = yield* store.headPosition
    yield* store.onCommitted((committed) => {
      position = committed
    })
    let stopping = false
    const parts = {
      store: yield* EventStoreStats,
      models: yield* ModelsStats,
      stream: stream.counters,
      limiter,
      headPosition: () => position,
      residents: () => Effect.runSync(sharding.activeEntityCount),
      stopping: () => stopping,
    }
    const ops = yield* makeServer(opsListener(gaugesOf(parts), readinessOf(parts)))
    yield* listen(ops, config.opsHost, config.opsPort)
    const port = yield* listen(api, config.httpHost, config.httpPort)
    ready(addressOf(config.httpHost, port))
    yield* Effect.annotateLogs(Effect.logInfo("serving"), { host: config.httpHost, port })
    yield* Deferred.await(stop)
    stopping = true
    yield* Effect.annotateLogs(Effect.logInfo("stopping"), { connections: stream.counters.connections })
    yield* stream.drain(drainSpreadMs)
  }).pipe(
    Effect.provide(server(config, limiter, durability)),
    Effect.scoped,
    Effect.provide(logging(config.log)),
  )
})

/** What a person on this machine types. */
const addressOf = (host: string, port: number): string => {
  const everywhere = host === "0.0.0.0" || host === "::"
  return `http://${everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`
}
