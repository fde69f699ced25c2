/**
 * `parley event-store`: the store of a data directory, served until the process is told to stop.
 *
 * Always true: told to stop, it answers or ends every call, closes the log, and leaves with 0. A password is read from a file, and never
 * from the command line, where every user of the machine could see it.
 */
import { readFileSync } from "node:fs"
import { logging } from "@parley/gateway/logging"
import { DataDirectory, layer as dataDirectory } from "@parley/runtime/DataDirectory"
import type { StoreRefused, StoreUnavailable } from "@parley/runtime/errors"
import { layer as store } from "@parley/runtime/eventStore/EventStoreSqlite"
import { openNewEpoch } from "@parley/runtime/eventStore/openNewEpoch"
import {
  EventStoreServer,
  type EventStoreServerOptions,
  layer as server,
} from "@parley/runtime/eventStoreServer/EventStoreServer"
import type { ServerRefused } from "@parley/runtime/eventStoreServer/listen"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { CommandFailed, said } from "../CommandFailed.ts"
import { exitCodes } from "../exitCodes.ts"
import { settings } from "../settings.ts"

interface Asked {
  readonly port: number
  readonly host: string
  readonly dataDir: Option.Option<string>
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  readonly user: string | undefined
  readonly passwordFile: string | undefined
  readonly newEpoch: boolean
  readonly allowAnybody: boolean
}

const usage = (reason: string) => new CommandFailed({ reason, exitCode: exitCodes.usage })

const read = (file: string): Effect.Effect<Buffer, CommandFailed> =>
  Effect.try({
    try: () => readFileSync(file),
    catch: (cause) => new CommandFailed({ reason: said(cause) }),
  })

const optionsOf = Effect.fnUntraced(function* ({ tlsCert, tlsKey, user, passwordFile, ...asked }: Asked) {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    return yield* usage("--tls-cert and --tls-key go together")
  if ((user === undefined) !== (passwordFile === undefined))
    return yield* usage("--user and --password-file go together")
  const options: EventStoreServerOptions = {
    host: asked.host,
    port: asked.port,
    anybody: asked.allowAnybody,
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { tls: { certificate: yield* read(tlsCert), key: yield* read(tlsKey) } }),
    ...(user === undefined || passwordFile === undefined
      ? {}
      : { credentials: { user, password: (yield* read(passwordFile)).toString().replace(/\r?\n$/, "") } }),
  }
  if (options.credentials?.password === "") return yield* usage(`${passwordFile} holds no password`)
  return options
})

/** @param newEpoch begins one before anybody is served. */
const storeOf = (newEpoch: boolean) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const file = (yield* DataDirectory).path("events.db")
      if (newEpoch) yield* openNewEpoch(file)
      return store({ file })
    }),
  )

const failed = (failure: ServerRefused | StoreRefused | StoreUnavailable): CommandFailed =>
  new CommandFailed({
    reason:
      failure._tag === "StoreRefused" && failure.reason !== "in_use"
        ? `${failure.path}: ${failure.detail}`
        : failure._tag === "StoreRefused"
          ? failure.detail
          : failure.reason,
    ...(failure._tag === "ServerRefused"
      ? { remedy: "See parley event-store --help: --user, --password-file, --tls-cert, --allow-anybody." }
      : {}),
  })

const serving = Effect.gen(function* () {
  const { endpoint } = yield* EventStoreServer
  yield* Effect.sync(() => void process.stdout.write(`Event store listens on ${endpoint}\n`))
  return yield* Effect.never
})

export const serveEventStore = Effect.fnUntraced(function* (asked: Asked) {
  const options = yield* optionsOf(asked)
  const { dataDir, config } = yield* settings(asked.dataDir)
  const parts = server(options).pipe(
    Layer.provide(storeOf(asked.newEpoch)),
    Layer.provide(dataDirectory(dataDir)),
  )
  yield* serving.pipe(
    Effect.provide(parts),
    Effect.mapError(failed),
    Effect.provide(logging(config.log)),
    // To be stopped is how a server ends well.
    Effect.onInterrupt(() => Effect.sync(() => process.exit(exitCodes.done))),
  )
})
