/**
 * `parley up`: a whole Parley of many processes on one machine, until it is told to stop.
 *
 * Always true: what was started last is stopped first, gateways before what they ask and engines last; nothing is left running, and a second
 * run goes on with the data. One process that ends unasked ends all.
 */
import { chmodSync, existsSync, mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { isGiven } from "@parley/gateway/secretFiles"
import { layer as dataDirectory } from "@parley/runtime/DataDirectory"
import { sessionsOfProcess } from "@parley/runtime/postgres/sessions"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { CommandFailed, said } from "../CommandFailed.ts"
import { exitCodes } from "../exitCodes.ts"
import { note, print } from "../output.ts"
import { settings } from "../settings.ts"
import { answers, startBalancer } from "./balancer.ts"
import { startEventStore, startPostgres, startRedis } from "./engines.ts"
import { freePorts, mustBeFree } from "./freePort.ts"
import { type Around, start } from "./OwnProcess.ts"
import { findPrograms } from "./programs.ts"
import { type Secrets, secretsIn } from "./secrets.ts"
import { watchdog } from "./watchdog.ts"

export interface Asked {
  readonly nodes: number
  readonly port: Option.Option<number>
  readonly dataDir: Option.Option<string>
}

type Environment = Readonly<Record<string, string | undefined>>

const parley = [process.execPath, fileURLToPath(new URL("../main.ts", import.meta.url))] as const

/** What is this command's to say. */
const decided = [
  "PARLEY_ROLE",
  "PARLEY_EVENT_STORE",
  "PARLEY_DATABASE_URL",
  "PARLEY_REDIS_URL",
  "PARLEY_CLUSTER_SECRET",
  "PARLEY_RUNNER_ADDRESS",
]

const failed = (reason: string, remedy?: string) =>
  new CommandFailed({ reason, ...(remedy === undefined ? {} : { remedy }) })

const trying = <A>(make: () => A): Effect.Effect<A, CommandFailed> =>
  Effect.try({ try: make, catch: (cause) => (cause instanceof CommandFailed ? cause : failed(said(cause))) })

/** Started and stopped side by side. */
const together = <A, E>(each: ReadonlyArray<Effect.Effect<A, E, Scope.Scope>>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope, "parallel")
    return yield* Scope.provide(Effect.all(each, { concurrency: "unbounded" }), scope)
  })

const prepare = (root: string): Effect.Effect<void, CommandFailed> =>
  trying(() => {
    if (existsSync(join(root, "events.db")))
      throw failed(`${root} holds the data of a Parley of one process.`, "Name another directory: --data-dir")
    // Postgres may be another user, and must pass; everything in it is closed to others.
    if (mkdirSync(root, { recursive: true }) !== undefined) chmodSync(root, 0o711)
    for (const name of ["logs", "nodes"]) mkdirSync(join(root, name), { recursive: true, mode: 0o700 })
  })

const engines = (root: string, env: Environment, secrets: Secrets, nodes: number, around: Around) =>
  Effect.gen(function* () {
    const programs = yield* trying(() => findPrograms(join(root, "postgres")))
    const [events, postgres, redis] = yield* freePorts(3)
    const at = (directory: string, port: number) => ({ directory: join(root, directory), port, secrets })
    const [eventStore, database, soft] = yield* together([
      startEventStore(at("event-store", events!), parley, env["NODE_COMPILE_CACHE"], around),
      startPostgres(
        at("postgres", postgres!),
        programs.postgres,
        (2 * nodes + 1) * sessionsOfProcess,
        around,
      ),
      Effect.suspend(() => startRedis(at("redis", redis!), programs.redis, around)),
    ])
    const reached = {
      PARLEY_EVENT_STORE: eventStore,
      PARLEY_DATABASE_URL_FILE: secrets.write("database.url", database!),
      PARLEY_REDIS_URL_FILE: secrets.write("redis.url", soft!),
      PARLEY_CLUSTER_SECRET_FILE: secrets.path("cluster"),
    }
    return { reached, haproxy: programs.haproxy }
  })

/** As `npm start` has it: anybody may sign in as anybody, unless told otherwise. */
const withDevLogin = (env: Environment): Environment => ({
  ...env,
  PARLEY_DEV_LOGIN: env["PARLEY_DEV_LOGIN"] ?? ((env["PARLEY_JWKS_URL"] ?? "") === "" ? "true" : "false"),
})

const madeHere = (env: Environment, secrets: Secrets): Environment => ({
  ...(isGiven(env, "PARLEY_JWT_SECRET") || isGiven(env, "PARLEY_JWKS_URL")
    ? {}
    : { PARLEY_JWT_SECRET_FILE: secrets.path("jwt") }),
  ...(isGiven(env, "PARLEY_STREAM_SECRET") ? {} : { PARLEY_STREAM_SECRET_FILE: secrets.path("stream") }),
  ...((env["PARLEY_MASTER_KEY_FILE"] ?? "") === ""
    ? { PARLEY_MASTER_KEY_FILE: secrets.path("master.key") }
    : {}),
})

const running = Effect.fnUntraced(function* (asked: Asked, root: string, around: Around) {
  const env = withDevLogin({
    // What is compiled once is not again: half the CPU of a start, and there are many.
    NODE_COMPILE_CACHE: join(root, "compiled"),
    ...process.env,
  })
  const { config } = yield* settings(Option.none(), env)
  const port = Option.getOrElse(asked.port, () => config.httpPort)
  yield* mustBeFree(port, config.httpHost)
  const secrets = secretsIn(join(root, "secrets"))
  const { nodes } = asked
  const stands = yield* engines(root, env, secrets, nodes, around)
  const ports = yield* freePorts(4 * nodes + 1)
  const all = { ...env, ...madeHere(env, secrets), ...stands.reached, PARLEY_OPS_HOST: "127.0.0.1" }
  const node = (role: string, name: string, ops: number, more: Environment = {}) =>
    start(
      {
        name,
        command: parley[0],
        args: [...parley.slice(1), "start"],
        env: {
          ...all,
          PARLEY_ROLE: role,
          PARLEY_DATA_DIR: join(root, "nodes", name),
          PARLEY_OPS_PORT: String(ops),
          ...more,
        },
        ready: "Parley listens on",
      },
      around,
    )
  const gateways = Array.from({ length: nodes }, (_, i) => ({ http: ports[4 * i]!, ops: ports[4 * i + 1]! }))

  yield* node("projector", "projector", ports.at(-1)!)
  yield* together(
    gateways.map((_, i) =>
      node("runner", `runner-${i + 1}`, ports[4 * i + 2]!, {
        PARLEY_RUNNER_ADDRESS: `127.0.0.1:${ports[4 * i + 3]!}`,
      }),
    ),
  )
  // Before them, so that it is stopped after them: they tell their clients themselves.
  if (stands.haproxy !== undefined)
    yield* startBalancer(stands.haproxy, join(root, "haproxy.cfg"), config.httpHost, port, gateways, around)
  const behind = {
    PARLEY_HTTP_HOST: "127.0.0.1",
    PARLEY_TRUSTED_PROXIES: [...config.trustedProxies, "127.0.0.1"].join(","),
  }
  const [first, ...others] = gateways
  const reached = stands.haproxy === undefined ? [{ ...first!, http: port }, ...others] : gateways
  yield* together(
    reached.map(({ http, ops }, i) =>
      node("gateway", `gateway-${i + 1}`, ops, {
        ...(stands.haproxy === undefined ? {} : behind),
        PARLEY_HTTP_PORT: String(http),
      }),
    ),
  )
  const local = ["0.0.0.0", "::", "127.0.0.1"].includes(config.httpHost) ? "localhost" : config.httpHost
  const url = `http://${local.includes(":") ? `[${local}]` : local}:${port}`
  yield* answers(`${url}/`)
  if (stands.haproxy === undefined)
    note(
      `haproxy is not on this machine: that address is gateway-1's alone. ${reached.length > 1 ? `The others: ${others.map(({ http }) => `http://${local}:${http}`).join(", ")}` : ""}`,
    )
  note(
    `Operations: ${gateways.map(({ ops }, i) => `gateway-${i + 1} http://127.0.0.1:${ops}`).join(", ")}. Logs: ${around.logs}`,
  )
  if (config.devLogin) print("Development login is on: anybody may sign in as anybody.")
  print(`Parley listens on ${url}`)
  return yield* Effect.never
})

const inItsDirectory = Effect.fnUntraced(function* (asked: Asked, root: string) {
  const around: Around = {
    logs: join(root, "logs"),
    watch: yield* watchdog,
    failed: yield* Deferred.make<never, CommandFailed>(),
  }
  return yield* Effect.raceFirst(running(asked, root, around), Deferred.await(around.failed))
})

export const up = Effect.fnUntraced(function* (asked: Asked) {
  const given = decided.find((key) => isGiven(process.env, key))
  if (given !== undefined)
    return yield* new CommandFailed({
      reason: `${given} is set, but parley up starts its own.`,
      remedy: "For engines that are there already, start each process by parley start: docs/operations.md.",
      exitCode: exitCodes.usage,
    })
  const root = resolve(
    Option.getOrElse(asked.dataDir, () => process.env["PARLEY_DATA_DIR"] || "./data-nodes"),
  )
  yield* prepare(root)
  yield* inItsDirectory(asked, root).pipe(
    Effect.scoped,
    // One `parley up` at a time.
    Effect.provide(dataDirectory(join(root, "secrets"))),
    Effect.catchTags({
      StoreRefused: ({ detail }) => Effect.fail(failed(detail)),
      StoreUnavailable: ({ reason }) => Effect.fail(failed(reason)),
    }),
    // To be stopped is how it ends well.
    Effect.onInterrupt(() => Effect.sync(() => process.exit(exitCodes.done))),
  )
})
