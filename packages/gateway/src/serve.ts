/**
 * Serving: the ports of its role open, until the process is told to stop.
 *
 * Always true: `ready` is called when the server really answers; stopping takes new connections no more, tells clients to come back,
 * and closes everything in order.
 */
import { Drift } from "@parley/projections/Drift"
import { ModelsStats } from "@parley/projections/modelServices"
import { EventStore } from "@parley/runtime/EventStore"
import { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { EntityMeters } from "@parley/runtime/telemetry/EntityMeters"
import { Spans } from "@parley/runtime/telemetry/Spans"
import { Sharding } from "effect/cluster/Sharding"
import * as Option from "effect/Option"
import { type Made, projector, runner, server } from "./compose.ts"
import type { Durability } from "./compose/embedded.ts"
import type { Config } from "./Config.ts"
import { makeListener } from "./http/HttpApi.ts"
import { listen, makeServer } from "./http/listen.ts"
import { Pressure } from "./limits/Pressure.ts"
import { RateLimiter } from "./limits/RateLimiter.ts"
import { logging } from "./logging.ts"
import { CommitTimes } from "./ops/CommitTimes.ts"
import { type Front, gaugesOf, type Parts, readinessOf, sheddingOf } from "./ops/gauges.ts"
import { opsListener } from "./ops/OpsServer.ts"
import { pushStats } from "./ops/pushGauges.ts"
import { pushRoutes } from "./ops/pushes.ts"
import { rebuildRoutes } from "./ops/rebuilds.ts"
import { softState } from "./SoftState.ts"
import { StreamServer } from "./stream/StreamServer.ts"
import { tracing } from "./telemetry/tracing.ts"

/** Connections accepted in one turn of the event loop: thousands come at once after a network is back. */
const acceptors = 16

type Ready = (address: string) => void

export const serve = Effect.fnUntraced(function* (
  config: Config,
  /** Completes when the process is told to stop. */
  stop: Deferred.Deferred<void>,
  ready: Ready,
  durability: Durability = {},
) {
  yield* Effect.gen(function* () {
    const soft = yield* softState(config.redis)
    const made = { soft, limiter: new RateLimiter(config.limits, soft.rates), pressure: new Pressure() }
    // Ends last: what the others leave behind is exported.
    yield* Effect.provideService(
      inItsRole(config, stop, ready, made, durability),
      Spans,
      yield* tracing(config.telemetry),
    )
  }).pipe(Effect.scoped, Effect.provide(logging(config.log)))
})

/** The ports are closed before what serves them: whoever comes at the last moment is still answered. */
const inItsRole = (
  config: Config,
  stop: Deferred.Deferred<void>,
  ready: Ready,
  made: Made,
  durability: Durability,
) => {
  const { engines } = config
  switch (engines?.role) {
    case "runner":
      return working(config, stop, ready, made).pipe(
        Effect.scoped,
        Effect.provide(runner(config, engines, made)),
      )
    case "projector":
      return working(config, stop, ready, made).pipe(
        Effect.scoped,
        Effect.provide(projector(config, engines, made)),
      )
    default:
      return serving(config, stop, ready, made).pipe(
        Effect.scoped,
        Effect.provide(server(config, made, durability)),
      )
  }
}

/** Where clients connect. */
const serving = Effect.fnUntraced(function* (
  config: Config,
  stop: Deferred.Deferred<void>,
  ready: Ready,
  made: Made,
) {
  const { limiter } = made
  const stream = yield* StreamServer
  const api = yield* makeServer(yield* makeListener(config, limiter))
  yield* stream.attach(api)
  const front = { stream: stream.counters, limiter, admission: stream.admission }
  const ops = yield* operations(config, made, front)
  // Told to stop before it ever served.
  if (yield* Deferred.isDone(stop)) return
  yield* listen(ops.server, config.opsHost, config.opsPort)
  const port = yield* listen(api, config.httpHost, config.httpPort, acceptors)
  ready(addressOf(config.httpHost, port))
  yield* Effect.annotateLogs(Effect.logInfo("serving"), { host: config.httpHost, port })
  yield* Deferred.await(stop)
  ops.stopping()
  yield* Effect.annotateLogs(Effect.logInfo("stopping"), { connections: stream.counters.connections })
  yield* stream.drain(config.drainMs)
})

/** Behind those: only the operations port is open. */
const working = Effect.fnUntraced(function* (
  config: Config,
  stop: Deferred.Deferred<void>,
  ready: Ready,
  made: Made,
) {
  const ops = yield* operations(config, made)
  if (yield* Deferred.isDone(stop)) return
  const port = yield* listen(ops.server, config.opsHost, config.opsPort)
  ready(addressOf(config.opsHost, port))
  yield* Effect.annotateLogs(Effect.logInfo("at work"), { role: config.engines?.role, port })
  yield* Deferred.await(stop)
  ops.stopping()
  yield* Effect.logInfo("stopping")
})

/** What operators ask, of the parts that this process has. */
const operations = Effect.fnUntraced(function* (config: Config, { pressure, soft }: Made, front?: Front) {
  const [store, sharding] = [yield* EventStore, yield* Sharding]
  const [models, drift] = [yield* Effect.serviceOption(ModelsStats), yield* Effect.serviceOption(Drift)]
  const commitTimes = new CommitTimes()
  let position = yield* store.headPosition
  yield* store.onCommitted((committed) => {
    position = committed
    commitTimes.committed(committed)
  })
  let stopping = false
  const parts: Parts = {
    store: yield* EventStoreStats,
    ...(Option.isSome(models) ? { models: models.value } : {}),
    ...(Option.isSome(drift) ? { drift: drift.value } : {}),
    ...(front === undefined ? {} : { front }),
    push: yield* pushStats,
    pressure,
    ...(soft.redis === undefined ? {} : { redis: soft.redis }),
    headPosition: () => position,
    residents: () => Effect.runSync(sharding.activeEntityCount),
    stopping: () => stopping,
    entities: yield* EntityMeters,
    commitTimes,
  }
  yield* pressure.watch(() => parts.store.read().waiting)
  const listener = opsListener(
    gaugesOf(parts),
    readinessOf(parts),
    yield* rebuildRoutes,
    sheddingOf(parts),
    yield* pushRoutes,
    config.telemetry.region,
  )
  return {
    server: yield* makeServer(listener),
    stopping: () => {
      stopping = true
    },
  }
})

/** What a person on this machine types. */
const addressOf = (host: string, port: number): string => {
  const everywhere = host === "0.0.0.0" || host === "::"
  return `http://${everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`
}
