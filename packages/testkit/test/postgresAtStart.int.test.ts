/** What opens while Postgres is away, starting up or full: it waits, and then opens as ever. */
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultPostgres"
import { layer as logIndex } from "@parley/runtime/logIndex/LogIndexPostgres"
import { LogIndex } from "@parley/runtime/LogIndex"
import { layer as runners } from "@parley/runtime/cluster/runnersPostgres"
import { layer as pushQueue } from "@parley/projections/push/PushQueuePostgres"
import { defaultBudget } from "@parley/projections/push/queue/budget"
import type { PostgresOptions } from "@parley/runtime/postgres/connection"
import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import { postgresOfFile } from "../src/postgresOfFile.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const postgres = postgresOfFile()

const pace = { mostJobs: 10, budget: defaultBudget, gatherMs: 0, restMs: 0 }

/** Bounded: 30 s. */
const until = (isSo: () => boolean) =>
  Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 1_500 }),
  )

const logged = () => {
  const lines: Array<string> = []
  return {
    lines,
    layer: Logger.layer([Logger.make((entry) => void lines.push(Logger.formatLogFmt.log(entry)))]),
  }
}

/** A server's word before a session begins, as Postgres writes it. */
const errorResponse = (code: string, sentence: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${sentence}\0\0`)
  const head = Buffer.alloc(5)
  head.write("E")
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

type Refusal = "reset" | readonly [code: string, sentence: string]

/** In front of the file's server: refuses the first connections as it is told to, and lets the others through. */
const behind = (refusals: ReadonlyArray<Refusal>) => {
  let connections = 0
  const take = (client: Socket): void => {
    client.on("error", () => undefined)
    const refusal = refusals[connections++]
    if (refusal === "reset") return void client.resetAndDestroy()
    if (refusal !== undefined) return void client.once("data", () => client.end(errorResponse(...refusal)))
    const server = createConnection(join(postgres.server().directory, ".s.PGSQL.5432"))
    server.on("error", () => client.destroy())
    client.on("close", () => server.destroy())
    client.pipe(server).pipe(client)
  }
  const listening = Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(take).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close()),
  )
  return Effect.map(listening, (server) => ({
    url: Redacted.make(
      `postgres://postgres@127.0.0.1:${(server.address() as { port: number }).port}/postgres?sslmode=disable`,
    ),
    connections: () => connections,
  }))
}

describe.runIf(postgres.present)("Postgres that is away when a process opens", () => {
  it.live("is waited for by everything that is kept in it, and said to be once for each pool", () => {
    const { lines, layer: logger } = logged()
    return Effect.gen(function* () {
      const options = postgres.options()
      const masterKeyFile = join(yield* temporaryDirectory, "master.key")
      const kept = Layer.mergeAll(keyVault({ masterKeyFile }), logIndex, pushQueue(pace)).pipe(
        Layer.provideMerge(layer(options)),
        Layer.merge(runners(options).pipe(Layer.provide(ShardingConfig.layer()))),
      )
      yield* Effect.promise(postgres.server().kill)
      const opening = yield* Effect.forkScoped(Layer.build(kept))
      yield* until(() => lines.length === 2)
      yield* Effect.promise(() => postgres.server().start())
      const opened = yield* Fiber.join(opening)
      yield* Effect.gen(function* () {
        yield* (yield* KeyVault).dataKey("ann")
        expect(yield* (yield* LogIndex).position("epoch")).toBe(-1)
        expect(yield* (yield* RunnerStorage.RunnerStorage).getRunners).toEqual([])
      }).pipe(Effect.provide(opened))
      expect(lines).toEqual(
        Array.from({ length: 2 }, () => expect.stringContaining("waiting for Postgres, 30s at most")),
      )
    }).pipe(Effect.provide(logger))
  })

  it.live("is waited for while it starts up, has no session to spare, or resets", () => {
    const { lines, layer: logger } = logged()
    return Effect.gen(function* () {
      const { url, connections } = yield* behind([
        ["57P03", "the database system is starting up"],
        ["53300", "sorry, too many clients already"],
        "reset",
      ])
      const opened = yield* Layer.build(layer({ ...postgres.options(), url }))
      const { sql, ask } = Context.get(opened, Postgres)
      expect(yield* ask(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
      expect(connections()).toBeGreaterThan(3)
      expect(lines).toEqual([expect.stringContaining("starting up")])
    }).pipe(Effect.provide(logger))
  })

  it.live("that goes again before the first tables are there is waited for as well", () => {
    const { lines, layer: logger } = logged()
    return Effect.gen(function* () {
      const database = yield* Layer.build(layer(postgres.options()))
      yield* Effect.promise(postgres.server().kill)
      const opening = yield* Effect.forkScoped(
        Layer.build(logIndex.pipe(Layer.provide(Layer.succeedContext(database)))),
      )
      yield* until(() => lines.length === 1)
      yield* Effect.promise(() => postgres.server().start())
      yield* Fiber.join(opening)
    }).pipe(Effect.provide(logger))
  })

  it.live("is given up in the end, and nobody waits for a password that is wrong", () => {
    const { lines, layer: logger } = logged()
    return Effect.gen(function* () {
      const refusalOf = (options: Partial<PostgresOptions>) =>
        Effect.flip(Layer.build(layer({ ...postgres.options(), ...options })))
      postgres.server().psql("CREATE ROLE ann LOGIN PASSWORD 'another'")
      const wrong = yield* refusalOf({ url: Redacted.make(postgres.server().urlOf("ann", "x")) })
      expect([wrong, lines]).toEqual([expect.objectContaining({ reason: "credentials" }), []])
      const { url } = yield* behind(Array.from({ length: 100 }, (): Refusal => "reset"))
      const gone = yield* refusalOf({ url, patienceAtStart: "300 millis" })
      expect(gone._tag).toBe("PostgresUnavailable")
      expect(lines).toEqual([expect.stringContaining("300ms at most")])
    }).pipe(Effect.provide(logger))
  })
})
