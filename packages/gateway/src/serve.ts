/**
 * Serving: both ports open, until the process is told to stop.
 *
 * Always true: `ready` is called when the server really answers; stopping takes new connections no more, tells clients to come back,
 * and closes everything in order.
 */
import { Drift } from "@parley/projections/Drift"
import { ModelsStats } from "@parley/projections/models"
import { EventStore } from "@parley/runtime/EventStore"
import { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Sharding } from "effect/cluster/Sharding"
import { type Durability, type Made, server } from "./compose.ts"
import type { Config } from "./Config.ts"
import { makeListener } from "./http/HttpApi.ts"
import { listen, makeServer } from "./http/listen.ts"
import { Pressure } from "./limits/Pressure.ts"
import { RateLimiter } from "./limits/RateLimiter.ts"
import { logging } from "./logging.ts"
import { gaugesOf, readinessOf, sheddingOf } from "./ops/gauges.ts"
import { opsListener } from "./ops/OpsServer.ts"
import { pushStats } from "./ops/pushGauges.ts"
import { pushRoutes } from "./ops/pushes.ts"
import { rebuildRoutes } from "./ops/rebuilds.ts"
import { softState } from "./SoftState.ts"
import { StreamServer } from "./stream/StreamServer.ts"

/** Connections accepted in one turn of the event loop: thousands come at once after a network is back. */
const acceptors = 16

export const serve = Effect.fnUntraced(function* (
  config: Config,
  /** Completes when the process is told to stop. */
  stop: Deferred.Deferred<void>,
  ready: (address: string) => void,
  durability: Durability = {},
) {
  yield* Effect.gen(function* () {
    const soft = yield* softState(config.redis)
    const made = { soft, limiter: new RateLimiter(config.limits, soft.rates), pressure: new Pressure() }
    // The ports are closed before what serves them: whoever comes at the last moment is still answered.
    yield* serving(config, stop, ready, made).pipe(
      Effect.scoped,
      Effect.provide(server(config, made, durability)),
    )
  }).pipe(Effect.scoped, Effect.provide(logging(config.log)))
})

const serving = Effect.fnUntraced(function* (
  config: Config,
  stop: Deferred.Deferred<void>,
  ready: (address: string) => void,
  { limiter, pressure, soft }: Made,
) {
  const [stream, store, sharding] = [yield* StreamServer, yield* EventStore, yield* Sharding]
  const api = yield* makeServer(yield* makeListener(config, limiter))
  yield* stream.attach(api)
  let position = yield* store.headPosition
  yield* store.onCommitted((committed) => {
    position = committed
  })
  let stopping = false
  const parts = {
    store: yield* EventStoreStats,
    models: yield* ModelsStats,
    drift: yield* Drift,
    push: yield* pushStats,
    stream: stream.counters,
    limiter,
    pressure,
    ...(soft.redis === undefined ? {} : { redis: soft.redis }),
    admission: stream.admission,
    headPosition: () => position,
    residents: () => Effect.runSync(sharding.activeEntityCount),
    stopping: () => stopping,
  }
  yield* pressure.watch(() => parts.store.read().waiting)
  const ops = yield* makeServer(
    opsListener(
      gaugesOf(parts),
      readinessOf(parts),
      yield* rebuildRoutes,
      sheddingOf(parts),
      yield* pushRoutes,
    ),
  )
  // Told to stop before it ever served.
  if (yield* Deferred.isDone(stop)) return
  yield* listen(ops, config.opsHost, config.opsPort)
  const port = yield* listen(api, config.httpHost, config.httpPort, acceptors)
  ready(addressOf(config.httpHost, port))
  yield* Effect.annotateLogs(Effect.logInfo("serving"), { host: config.httpHost, port })
  yield* Deferred.await(stop)
  stopping = true
  yield* Effect.annotateLogs(Effect.logInfo("stopping"), { connections: stream.counters.connections })
  yield* stream.drain(config.drainMs)
})

/** What a person on this machine types. */
const addressOf = (host: string, port: number): string => {
  const everywhere = host === "0.0.0.0" || host === "::"
  return `http://${everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`
}
