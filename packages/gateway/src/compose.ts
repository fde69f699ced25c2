/**
 * The composition roots: what a process is made of, from what it stands on up to what clients connect to.
 *
 * Always true: parts stop in the reverse order, so that a connection is closed before what serves it, and the log last. What a role does
 * not need is not made; libraries of engines are loaded where engines are used.
 */
import { DataDirectory, layer as dataDirectory } from "@parley/runtime/DataDirectory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccessTokens } from "./auth/AccessTokens.ts"
import { secretFile } from "./auth/secretFile.ts"
import { StreamTokens } from "./auth/StreamTokens.ts"
import { type Durability, embedded } from "./compose/embedded.ts"
import type { Foundation } from "./compose/Foundation.ts"
import type { Config } from "./Config.ts"
import type { Engines } from "./engineSettings.ts"
import type { Pressure } from "./limits/Pressure.ts"
import type { RateLimiter } from "./limits/RateLimiter.ts"
import { DevicePushes } from "./push/DevicePushes.ts"
import { pushing } from "./push/pushing.ts"
import { vapidFor } from "./push/sending.ts"
import { ReceiptCursors } from "./stream/receipts/ReceiptCursors.ts"
import type { SoftState } from "./SoftState.ts"
import { StreamServer } from "./stream/StreamServer.ts"

/** What holds people back and what may be lost: made before everything else, and shown by the operations port. */
export interface Made {
  readonly limiter: RateLimiter
  readonly pressure: Pressure
  readonly soft: SoftState
}

type Path = (name: string) => string

const engines = Effect.promise(() => import("./compose/engines.ts"))

const foundationOf = (
  config: Config,
  path: Path,
  soft: SoftState["ports"],
  durability: Durability,
): Effect.Effect<Foundation> =>
  config.engines === undefined
    ? Effect.sync(() => embedded(config, path, soft, durability))
    : Effect.map(engines, ({ onEngines }) => onEngines(config, config.engines!, soft))

/** Several processes are one server towards push services: its identity is configured, and made by none of them. */
const identityOf = (config: Config, path: Path) =>
  config.engines?.cluster === undefined ? vapidFor(config, path) : Effect.succeed(config.push.vapid)

/** Where clients connect: everything but the ports. Pushes are sent by whoever follows the log. */
export const server = (config: Config, { limiter, pressure, soft }: Made, durability: Durability = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { path } = yield* DataDirectory
      const stream = config.streamSecret ?? (yield* secretFile(path("stream.secret")))
      const access = config.jwt.secret ?? (yield* secretFile(path("access.secret")))
      const { limits, allowedOrigins, trustedProxies } = config
      const { sheds } = pressure
      const vapid = yield* identityOf(config, path)
      const { privateEndpoints } = config.push
      const { runtime, pushQueue, pushTargets } = yield* foundationOf(config, path, soft.ports, durability)
      const devicePushes = DevicePushes.layer({
        ...(vapid === undefined ? {} : { vapidPublicKey: vapid.publicKey }),
        privateEndpoints,
      }).pipe(Layer.provide(pushTargets))
      const pushes = config.engines?.role === "gateway" ? Layer.empty : pushing(config, vapid, pushQueue)
      return StreamServer.layer({
        limits,
        limiter,
        sheds,
        showPresence: config.presence,
        secret: stream,
        allowedOrigins,
        trustedProxies,
      }).pipe(
        Layer.provideMerge(Layer.merge(devicePushes, pushes)),
        Layer.provideMerge(ReceiptCursors.layer(limits)),
        Layer.provideMerge(
          Layer.mergeAll(StreamTokens.layer(stream, soft.useOnce), AccessTokens.layer(config, access)),
        ),
        Layer.provideMerge(runtime),
      )
    }),
  ).pipe(Layer.provideMerge(dataDirectory(config.dataDir)))

/** Follows the log for all, and pushes. */
export const projector = (config: Config, among: Engines, { soft }: Made) =>
  Layer.unwrap(
    Effect.map(engines, ({ onEngines }) => {
      const { runtime, pushQueue } = onEngines(config, among, soft.ports)
      return pushing(config, config.push.vapid, pushQueue).pipe(Layer.provideMerge(runtime))
    }),
  )

/** Holds conversations and users. */
export const runner = (config: Config, among: Engines, { soft }: Made) =>
  Layer.unwrap(Effect.map(engines, ({ runnerOnEngines }) => runnerOnEngines(config, among, soft.ports)))
